/**
 * The telephone (Twilio): what a call is answered with, and the stream it comes by.
 *
 *     POST /twilio/voice ─► a stream's address and a token ─► WS /twilio/stream/… ─► (it broke) ─► POST /twilio/voice?again=1
 *                                                                  └─ (the call is over) ─► hang up
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { verifyTwilioSignature } from "../../access/twilio-signature.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { connect, hangUp } from "./twiml.ts";
import { checkAgent, isUpgrade, notAWebSocket, type WorkerRequest } from "../admission.ts";
import { noPreferences } from "../attachment.ts";
import { openConversationSocket } from "../conversation-socket.ts";
import { conversationOf } from "../remote-conversation.ts";

export const twilio = new Hono<{ Bindings: Env }>();

const mostBytes = 64 * 1024;
/** A stream that breaks again and again would cost for as long as the caller holds. */
const mostTimes = 5;

twilio.post("/twilio/voice", bodyLimit({ maxSize: mostBytes }), async (context) => {
  const answer = await answerTo(context, new URLSearchParams(await context.req.text()));
  return typeof answer === "string"
    ? context.body(answer, 200, { "Content-Type": "text/xml; charset=utf-8" })
    : refused(answer);
});

twilio.get("/twilio/stream/:app/:user/:session", async ({ req, env }) => {
  const identity = parseIdentity(req.param("app"), req.param("user"), req.param("session"));
  if (isClientError(identity)) return refused(identity);
  const { app } = identity;
  const error = checkAgent(app) ?? (await signatureError({ req, env }, undefined));
  if (error) return refused(error);
  if (!isUpgrade(req.raw)) return refused(notAWebSocket());
  const role = "speaker";
  const client = { protocol: "twilio", app, role, granted: role, ...noPreferences } as const;
  return openConversationSocket(
    env.CONVERSATION,
    { identity, client },
    req.raw,
    readConfig(env, agents),
  );
});

/** TwiML, or why there is none. */
async function answerTo(
  { req, env }: WorkerRequest,
  form: URLSearchParams,
): Promise<string | ClientError> {
  const config = readConfig(env, agents);
  if (!config.phone) return noPhone();
  const no = await signatureError({ req, env }, form);
  if (no) return no;
  const app = req.query("agent") ?? config.defaultApp;
  const who = parseIdentity(app, callerOf(form.get("From")), form.get("CallSid") ?? "");
  if (isClientError(who)) return who;
  const unknown = checkAgent(app);
  if (unknown) return unknown;
  const times = Math.max(0, Math.trunc(Number(req.query("again") ?? 0)) || 0);
  if (times > mostTimes) return hangUp();
  const token = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  const conversation = await conversationOf(env, who);
  const open = await conversation.expectCall(token, times > 0);
  return open ? invitation(config.phone, who, { token, times }) : hangUp();
}

function invitation(
  { publicUrl }: NonNullable<Config["phone"]>,
  { app, user, session }: Identity,
  { token, times }: { readonly token: string; readonly times: number },
): string {
  const again = new URLSearchParams({ again: `${times + 1}`, agent: app });
  return connect({
    stream: `${publicUrl.replace(/^http/, "ws")}/twilio/stream/${app}/${user}/${session}`,
    parameters: { token },
    afterwards: `${publicUrl}/twilio/voice?${again.toString()}`,
  });
}

/** Why a request is not Twilio's; undefined when it is. @param form of a webhook. */
async function signatureError(
  { req, env }: WorkerRequest,
  form: URLSearchParams | undefined,
): Promise<ClientError | undefined> {
  const { phone } = readConfig(env, agents);
  if (!phone) return noPhone();
  const { pathname, search } = new URL(req.url);
  const base = form ? phone.publicUrl : phone.publicUrl.replace(/^http/, "ws");
  const signed = { authToken: phone.authToken, url: `${base}${pathname}${search}`, fields: form };
  const signature = req.header("x-twilio-signature") ?? null;
  return (await verifyTwilioSignature(signed, signature)) ? undefined : notTwilios();
}

/** A number as it is; whatever a caller's address may hold else is made fit for an identity. */
const callerOf = (from: string | null): string =>
  (from ?? "").replaceAll(/[^A-Za-z0-9._:@+-]/g, "_").slice(0, 128) || "anonymous";

const refused = ({ code, message, action, status }: ClientError): Response =>
  Response.json({ code, message, action }, { status });

const noPhone = (): ClientError =>
  clientError(
    "MISCONFIGURED",
    "This server answers no telephone: TWILIO_AUTH_TOKEN is not set. Whoever runs it must set it, and PUBLIC_URL.",
  );

const notTwilios = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "The request is not signed by Twilio: TWILIO_AUTH_TOKEN is not the account's primary token, or PUBLIC_URL is not the address that Twilio was given.",
  );

/**
 * Twilio's routes: the webhook that answers a call, and the media stream that carries its audio.
 *
 *     POST /twilio/voice ─► stream URL and token ─► WS /twilio/stream/… ─► (stream broke) ─► POST /twilio/voice?again=1
 *                                                        └─ (call ended) ─► hang up
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { verifyTwilioSignature } from "../../access/twilio-signature.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { connect, dial, hangUp } from "./twiml.ts";
import { checkAgent, isUpgrade, notAWebSocket, type WorkerRequest } from "../admission.ts";
import { noPreferences } from "../attachment.ts";
import { openConversationSocket } from "../conversation-socket.ts";
import { conversationOf, type CallContinuation } from "../remote-conversation.ts";
import { idFromQuery } from "../../wire/query-id.ts";

export const twilio = new Hono<{ Bindings: Env }>();

const maxBodyBytes = 64 * 1024;
/** Bounds the cost of a stream that keeps breaking while the caller stays on the line. */
const maxReconnects = 5;

twilio.post("/twilio/voice", bodyLimit({ maxSize: maxBodyBytes }), async (context) => {
  const twiml = await answerCall(context, new URLSearchParams(await context.req.text()));
  return typeof twiml === "string"
    ? context.body(twiml, 200, { "Content-Type": "text/xml; charset=utf-8" })
    : errorResponse(twiml);
});

twilio.get("/twilio/stream/:app/:user/:session", async ({ req, env }) => {
  const identity = parseIdentity(req.param("app"), req.param("user"), req.param("session"));
  if (isClientError(identity)) return errorResponse(identity);
  const { app } = identity;
  const error = checkAgent(app) ?? (await signatureError({ req, env }, undefined));
  if (error) return errorResponse(error);
  if (!isUpgrade(req.raw)) return errorResponse(notAWebSocket());
  const role = "speaker";
  const client = { protocol: "twilio", app, role, granted: role, ...noPreferences } as const;
  return openConversationSocket(
    env.CONVERSATION,
    { identity, client },
    req.raw,
    readConfig(env, agents),
  );
});

/** @param form of the webhook. @returns TwiML. */
async function answerCall(
  { req, env }: WorkerRequest,
  form: URLSearchParams,
): Promise<string | ClientError> {
  const config = readConfig(env, agents);
  if (!config.phone) return noPhone();
  const invalidSignature = await signatureError({ req, env }, form);
  if (invalidSignature) return invalidSignature;
  const app = idFromQuery(req.query("agent")) ?? config.defaultApp;
  const identity = parseIdentity(app, userOf(form.get("From")), form.get("CallSid") ?? "");
  if (isClientError(identity)) return identity;
  const unknownAgent = checkAgent(app);
  if (unknownAgent) return unknownAgent;
  const reconnects = Math.max(0, Math.trunc(Number(req.query("again") ?? 0)) || 0);
  if (reconnects > maxReconnects) return hangUp();
  const token = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  const conversation = await conversationOf(env, identity);
  const dialled = dialOutcome(form.get("DialCallStatus"));
  const step = await conversation.continueCall({ token, isReconnect: reconnects > 0, dialled });
  const afterwards = reconnectUrl(config.phone, identity, reconnects);
  switch (step.type) {
    case "stream":
      return connectTwiml(config.phone, identity, { token, afterwards });
    case "dial":
      return dial({ to: step.to, afterwards });
    case "hangUp":
      return hangUp();
  }
}

/** How the call to another telephone ended; undefined if there was none. */
function dialOutcome(status: string | null): CallContinuation["dialled"] {
  if (status === null) return undefined;
  if (status === "completed" || status === "answered") return "answered";
  if (status === "busy") return "busy";
  return status === "no-answer" || status === "canceled" ? "no answer" : "failed";
}

/** The webhook again, when the stream or the dialling is over. */
function reconnectUrl({ publicUrl }: Phone, { app }: Identity, reconnects: number): string {
  const query = new URLSearchParams({ again: `${reconnects + 1}`, agent: app });
  return `${publicUrl}/twilio/voice?${query.toString()}`;
}

type Phone = NonNullable<Config["phone"]>;

const connectTwiml = (
  { publicUrl }: Phone,
  { app, user, session }: Identity,
  { token, afterwards }: { readonly token: string; readonly afterwards: string },
): string =>
  connect({
    stream: `${publicUrl.replace(/^http/, "ws")}/twilio/stream/${app}/${user}/${session}`,
    parameters: { token },
    afterwards,
  });

/** Checks Twilio's signature. @param form of a webhook; undefined for a stream, which Twilio signs with a `ws` URL. */
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
  return (await verifyTwilioSignature(signed, signature)) ? undefined : notFromTwilio();
}

/** The caller's number; in a SIP address, replaces the characters that are invalid in an identity. */
const userOf = (from: string | null): string =>
  (from ?? "").replaceAll(/[^A-Za-z0-9._:@+-]/g, "_").slice(0, 128) || "anonymous";

const errorResponse = ({ code, message, action, status }: ClientError): Response =>
  Response.json({ code, message, action }, { status });

const noPhone = (): ClientError =>
  clientError(
    "MISCONFIGURED",
    "This server answers no telephone calls: TWILIO_AUTH_TOKEN is not set. Its operator must set it, and PUBLIC_URL.",
  );

const notFromTwilio = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "The request is not signed by Twilio: TWILIO_AUTH_TOKEN is not the account's primary token, or PUBLIC_URL is not the address that Twilio was given.",
  );

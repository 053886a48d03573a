/**
 * The telephone (Twilio): what a call is answered with, and the stream it comes by.
 *
 *     POST /twilio/voice ─► a stream's address and a token ─► WS /twilio/stream/… ─► (it broke) ─► POST /twilio/voice?again=1
 *                                                                  └─ (the call is over) ─► hang up
 */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseIdentity, objectNameOf, type Identity } from "../../access/identity.ts";
import { verifyTwilioSignature } from "../../access/twilio-signature.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { inJurisdiction } from "../../placement.ts";
import { connect, hangUp } from "./twiml.ts";
import { checkAgent, knock, wantsSocket } from "../admission.ts";

export const phone = new Hono<{ Bindings: Env }>();

type Asked = Pick<Context<{ Bindings: Env }>, "req" | "env">;

const mostBytes = 64 * 1024;
/** A stream that breaks again and again would cost for as long as the caller holds. */
const mostTimes = 5;

phone.post("/twilio/voice", bodyLimit({ maxSize: mostBytes }), async (context) => {
  const answer = await answerTo(context, new URLSearchParams(await context.req.text()));
  return typeof answer === "string"
    ? context.body(answer, 200, { "Content-Type": "text/xml; charset=utf-8" })
    : refused(answer);
});

phone.get("/twilio/stream/:app/:user/:session", async ({ req, env }) => {
  const conversation = parseIdentity(req.param("app"), req.param("user"), req.param("session"));
  if (isClientError(conversation)) return refused(conversation);
  const { app } = conversation;
  const no = checkAgent(app) ?? (await unsigned({ req, env }, undefined));
  if (no) return refused(no);
  if (!wantsSocket(req.raw))
    return refused(clientError("NOT_A_WEBSOCKET", "This address takes WebSocket connections."));
  const role = "speaker";
  const wishes = { proactivity: false, affectiveDialog: false };
  return knock(env, req.raw, {
    conversation,
    seat: { door: "phone", app, role, granted: role, ...wishes },
  });
});

/** TwiML, or why there is none. */
async function answerTo({ req, env }: Asked, form: URLSearchParams): Promise<string | ClientError> {
  const config = readConfig(env, agents);
  if (!config.phone) return noPhone();
  const no = await unsigned({ req, env }, form);
  if (no) return no;
  const app = req.query("agent") ?? config.defaultApp;
  const who = parseIdentity(app, callerOf(form.get("From")), form.get("CallSid") ?? "");
  if (isClientError(who)) return who;
  const unknown = checkAgent(app);
  if (unknown) return unknown;
  const times = Math.max(0, Math.trunc(Number(req.query("again") ?? 0)) || 0);
  if (times > mostTimes) return hangUp();
  const token = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  const open = await expected(env, config, who, { token, again: times > 0 });
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

/** A conversation as this route sees it. */
interface Called {
  expectCall(token: string, again: boolean): Promise<boolean>;
  movedTo(): Promise<string | undefined>;
}

/** The conversation is told which stream to let in. @returns whether it is still on. */
async function expected(
  env: Env,
  { jurisdiction }: Config,
  who: Identity,
  { token, again }: { readonly token: string; readonly again: boolean },
): Promise<boolean> {
  const homes = inJurisdiction<Called>(env.CONVERSATION, jurisdiction);
  const first = homes.getByName(objectNameOf(who));
  const moved = await first.movedTo();
  return (moved === undefined ? first : homes.getByName(moved)).expectCall(token, again);
}

/** Why a request is not Twilio's; undefined when it is. @param form of a webhook. */
async function unsigned(
  { req, env }: Asked,
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

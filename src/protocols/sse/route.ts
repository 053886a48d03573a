/**
 * Server-sent events, as in ADK's sample: `GET /events` to follow a conversation with nothing but HTTP, `POST /send` to
 * speak in it.
 */
import { Hono, type Context } from "hono";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { authorize, roleOf } from "../../access/token.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { parseSseCursor } from "../../core/delivery/sse-cursor.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { bounded, conversationOf, fromPages } from "../adk-server/http.ts";
import { checkAgent, knock, refuse } from "../admission.ts";
import { streamOf } from "../socket-stream.ts";

type Here = Context<{ Bindings: Env }>;

export const sse = new Hono<{ Bindings: Env }>();

const events = ["/events/:user", "/events/:user/:session"];
const send = ["/send/:user", "/send/:user/:session"];

for (const path of [...events, ...send]) sse.use(path, fromPages, bounded);

/** Those in between close a line on which nothing is sent for a minute, some sooner. In ms. */
const heartbeatMs = 15_000;
/** How soon a page tries again, in ms. */
const retryMs = 3_000;

sse.on("GET", events, async (context) => {
  const { req, env } = context;
  const conversation = await enter(context);
  if (isClientError(conversation)) return refuse(req.raw, conversation);
  const role = await roleOf(withToken(req.raw), readConfig(env, agents).auth);
  const after = placeIn(req.header("last-event-id") ?? req.query("after"));
  const audio = /^(true|1|yes|on)$/i.test(req.query("is_audio") ?? "");
  const seat = {
    door: "sse" as const,
    app: conversation.app,
    role,
    granted: role,
    after,
    proactivity: false,
    affectiveDialog: false,
    ...(!audio && { silent: true as const }),
  };
  // Without the query: a token in it is nobody's business from here on.
  const inner = new Request(new URL(req.path, req.url), {
    headers: { upgrade: "websocket" },
    ...(req.raw.cf && { cf: req.raw.cf as never }),
  });
  const { webSocket } = await knock(env, inner, { conversation, seat });
  if (!webSocket) return refuse(req.raw, full());
  webSocket.accept();
  return context.body(streamOf(webSocket, writing), 200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
});

/** What is no place here is no place to come back to, and may be longer than a seat holds. */
const placeIn = (given: string | undefined): string | undefined =>
  given !== undefined && parseSseCursor(given) ? given : undefined;

/** The conversation writes the events itself: only it knows what each is worth. */
const writing = {
  first: `retry: ${retryMs}\n\n`,
  frame: (data: string) => data,
  last: (code: number, reason: string) =>
    `event: goodbye\ndata: ${JSON.stringify({ code, reason, again: code !== 1000 })}\n\n`,
  heartbeat: { text: ": still here\n\n", everyMs: heartbeatMs },
};

/** ADK's sample answers 200, whatever comes. */
sse.on("POST", send, async (context) => {
  const { req, env } = context;
  const conversation = await enter(context);
  if (isClientError(conversation)) return refuse(req.raw, conversation);
  const role = await roleOf(req.raw, readConfig(env, agents).auth);
  const remote = await conversationOf(env, conversation);
  const no = await remote.say(await req.text(), role);
  return context.json(no ? { error: no.message, code: no.code } : { status: "sent" });
});

/** Address, agent, origin and token, in that order. */
async function enter(context: Here): Promise<Identity | ClientError> {
  const { req, env } = context;
  const { defaultApp, allowedOrigins, auth } = readConfig(env, agents);
  const app = req.query("agent") ?? defaultApp;
  const { user = "", session } = req.param() as Record<string, string>;
  const conversation = parseIdentity(app, user, session ?? `sse-${user}`);
  if (isClientError(conversation)) return conversation;
  const no =
    checkAgent(app) ??
    checkOrigin(req.raw, allowedOrigins) ??
    (await authorize(withToken(req.raw), conversation, auth));
  return no ?? conversation;
}

/** A browser's EventSource sends no headers: its token may come in the query, as at the door of the Live API. */
function withToken(request: Request): Request {
  const token = new URL(request.url).searchParams.get("access_token");
  if (token === null || request.headers.has("authorization")) return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  return new Request(request.url, { headers });
}

const full = (): ClientError =>
  clientError("CONVERSATION_FULL", "Too many are in this conversation. Try again later.");

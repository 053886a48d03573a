/**
 * The routes of ADK's SSE sample: `GET /events` streams a conversation as server-sent events, `POST /send` sends it one
 * message.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { maxFrameBytes } from "../../access/rate-limit.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { parseSseCursor } from "../../core/delivery/sse-cursor.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import { admittedFields, authorizeClient, refuse, type Admission } from "../admission.ts";
import { noPreferences } from "../attachment.ts";
import { openWorkerSocket } from "../conversation-socket.ts";
import { allowListedOrigins, conversationOf } from "../remote-conversation.ts";
import { readBody } from "../request-body.ts";
import { isTrue } from "../request-url.ts";
import { streamOf } from "../socket-stream.ts";
import { idFromQuery } from "../../wire/query-id.ts";

type RouteContext = Context<{ Bindings: Env }>;

export const sse = new Hono<{ Bindings: Env }>();

const eventPaths = ["/events/:user", "/events/:user/:session"];
const sendPaths = ["/send/:user", "/send/:user/:session"];

for (const path of [...eventPaths, ...sendPaths]) sse.use(path, allowListedOrigins);

/** Proxies close a connection that is idle for a minute, some sooner. */
const heartbeatMs = 15_000;
/** A browser waits this long before it reconnects. */
const retryMs = 3_000;

sse.on("GET", eventPaths, async (context) => {
  const { req, env } = context;
  const admission = await admit(context, "followEvents");
  if (isClientError(admission)) return refuse(req.raw, admission);
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  };
  if (req.method === "HEAD") return context.body(null, 200, headers);
  const { identity } = admission;
  const wantsAudio = isTrue(req.query("is_audio"));
  const client = {
    protocol: "sse",
    ...admittedFields(admission),
    cursor: cursorIn(req.header("last-event-id") ?? req.query("after")),
    ...noPreferences,
    ...(!wantsAudio && { textOnly: true as const }),
  } as const;
  const socket = await openWorkerSocket(
    env.CONVERSATION,
    { identity, client },
    req.raw,
    readConfig(env, agents),
  );
  if (isClientError(socket)) return refuse(req.raw, socket);
  return context.body(streamOf(socket, eventStream), 200, headers);
});

/** Ignores a malformed cursor: it cannot be resumed from and could exceed the 16 KiB attachment limit. */
const cursorIn = (text: string | undefined): string | undefined =>
  text !== undefined && parseSseCursor(text) ? text : undefined;

/** The conversation sends complete SSE events: only it knows their cursors. */
const eventStream = {
  first: `retry: ${retryMs}\n\n`,
  frame: (data: string) => data,
  last: (code: number, reason: string) =>
    `event: goodbye\ndata: ${JSON.stringify({ code, reason, again: code !== 1000 })}\n\n`,
  heartbeat: { text: ": still here\n\n", everyMs: heartbeatMs },
};

/** ADK's sample answers 200 even to a message that it refuses. */
sse.on("POST", sendPaths, async (context) => {
  const { req, env } = context;
  const admission = await admit(context, "sendMessage");
  if (isClientError(admission)) return refuse(req.raw, admission);
  const { identity } = admission;
  const { role, person, token } = admittedFields(admission);
  const message = await readBody(req.raw, maxFrameBytes);
  const error =
    typeof message === "string"
      ? await (await conversationOf(env, identity)).post(message, { role, person, token })
      : message;
  return context.json(error ? { error: error.message, code: error.code } : { status: "sent" });
});

function admit(
  context: RouteContext,
  action: "followEvents" | "sendMessage",
): Promise<Admission | ClientError> {
  const { req } = context;
  const { user = "", session = `sse-${user}` } = req.param() as Record<string, string>;
  const named = { app: idFromQuery(req.url, "agent"), user, session };
  return authorizeClient(context, action, named);
}

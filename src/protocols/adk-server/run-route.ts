/** ADK's text turns over the live session: `POST /run` answers when the turn is over, `/run_sse` while it goes on. */
import { Hono, type Context } from "hono";
import { z } from "zod";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError } from "../../core/errors.ts";
import { partShape } from "./content-parts.ts";
import { toCamelCase } from "../../wire/casing.ts";
import { admitted, bodyOf, bounded, conversationOf, detail, fromPages, refused } from "./http.ts";
import { misfit } from "./session-json.ts";
import { adkRole, knock } from "../admission.ts";
import { framesOf, streamOf } from "../socket-stream.ts";

type Here = Context<{ Bindings: Env }>;

export const adkRun = new Hono<{ Bindings: Env }>();

for (const path of ["/run", "/run_sse"]) adkRun.use(path, fromPages, bounded);

/** ADK's RunAgentRequest. What resumes an invocation of its server has no meaning here and is ignored. */
const requestShape = z.object({
  appName: z.string().nullish(),
  userId: z.string(),
  sessionId: z.string(),
  newMessage: z.object({ parts: z.array(partShape).nullish() }).nullish(),
  streaming: z.boolean().nullish(),
  stateDelta: z.record(z.string(), z.json()).nullish(),
  customMetadata: z.record(z.string(), z.json()).nullish(),
});

type Asked = z.output<typeof requestShape>;

adkRun.post("/run", async (context) => {
  const socket = await open(context);
  if (socket instanceof Response) return socket;
  const { frames, broken } = await framesOf(socket);
  return broken
    ? context.text("Internal Server Error", 500)
    : context.json(frames.map((frame) => JSON.parse(frame) as unknown));
});

adkRun.post("/run_sse", async (context) => {
  const socket = await open(context);
  if (socket instanceof Response) return socket;
  const body = streamOf(socket, { frame: (data) => `data: ${data}\n\n`, last: brokenFrame });
  return context.body(body, 200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
});

/** ADK's words for what went wrong in the middle of a stream. */
function brokenFrame(code: number): string {
  if (code === 1000) return "";
  const message =
    "The connection to the conversation broke. What was said until then is kept in the session.";
  const details = {
    error_type: "ConnectionError",
    error_message: message,
    timestamp: Date.now() / 1000,
  };
  return `data: ${JSON.stringify({ error: message, error_details: details })}\n\n`;
}

/** Asks for the run. @returns the inner socket, or why not, as ADK says it. */
async function open(context: Here): Promise<WebSocket | Response> {
  const body = toCamelCase(await bodyOf(context));
  const { data, error } = requestShape.safeParse(body ?? {});
  if (error) return context.json(misfit(error, body), 422);
  const who = await enter(context, data);
  if (who instanceof Response) return who;
  if (!data.newMessage && !data.stateDelta)
    return detail(context, 400, "There is nothing to run: `newMessage` is missing.");
  const role = await adkRole(context.req.raw, context.env);
  const inner = new Request(context.req.url, {
    headers: { upgrade: "websocket" },
    ...(context.req.raw.cf && { cf: context.req.raw.cf as never }),
  });
  const seat = { door: "run", app: who.app, role, granted: role, ...noWishes } as const;
  const { webSocket } = await knock(context.env, inner, { conversation: who, seat });
  if (!webSocket) return detail(context, 503, "Too many are in this session. Try again later.");
  webSocket.accept();
  webSocket.send(JSON.stringify(frameOf(data)));
  return webSocket;
}

const noWishes = { proactivity: false, affectiveDialog: false };

const frameOf = ({ newMessage, streaming, stateDelta, customMetadata }: Asked): object => ({
  parts: newMessage?.parts ?? [],
  ...(stateDelta && { delta: stateDelta }),
  streaming: streaming === true,
  ...(customMetadata && { metadata: customMetadata }),
});

/** Address, agent, origin, token and session, in that order. */
async function enter(context: Here, asked: Asked): Promise<Identity | Response> {
  const { defaultApp, allowedOrigins } = readConfig(context.env, agents);
  const app = asked.appName ?? defaultApp;
  const who = parseIdentity(app, asked.userId, asked.sessionId);
  if (isClientError(who)) return refused(context, who);
  if (!agents.some(({ name }) => name === app))
    return detail(context, 404, `App not found: ${app}`);
  if (checkOrigin(context.req.raw, allowedOrigins))
    return context.text("Forbidden: origin not allowed", 403);
  const no = await admitted(context, who);
  if (no) return refused(context, no);
  const known = await (await conversationOf(context.env, who)).describe();
  return known ? who : detail(context, 404, `Session not found: ${who.session}`);
}

/** ADK's run routes: `POST /run` returns the events of one turn as a list, `/run_sse` streams them. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import { checkFrameSize } from "../../access/rate-limit.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError } from "../../core/errors.ts";
import { limits } from "../../core/policy/limits.ts";
import { normalizeAdkFields } from "../../wire/casing.ts";
import { admittedFields, authorizeClient, refuseBeforeBody, type Admission } from "../admission.ts";
import { noPreferences } from "../attachment.ts";
import { openWorkerSocket } from "../conversation-socket.ts";
import { allowListedOrigins, conversationOf } from "../remote-conversation.ts";
import { streamOf } from "../socket-stream.ts";
import { listOf } from "../validators.ts";
import { partSchema } from "./content-parts.ts";
import { bodyOf, detail, errorResponse } from "./http.ts";
import type { RunFrame } from "./run-codec.ts";
import { validationErrors } from "./session-json.ts";
import { lazy } from "../../wire/lazy.ts";

type RouteContext = Context<{ Bindings: Env }>;

export const adkRun = new Hono<{ Bindings: Env }>();

for (const path of ["/run", "/run_sse"]) adkRun.use(path, allowListedOrigins);

const maxMetadataCharacters = 16 * 1024;

/** ADK's RunAgentRequest. The fields that resume an invocation of ADK's server are ignored: parley has none. */
const requestSchema = lazy(() =>
  z.object({
    appName: z.string().nullish(),
    userId: z.string(),
    sessionId: z.string(),
    newMessage: z
      .object({ parts: listOf(partSchema(), limits.messageParts.value).nullish() })
      .nullish(),
    streaming: z.boolean().nullish(),
    stateDelta: z.record(z.string(), z.json()).nullish(),
    // Each event of the run has it.
    customMetadata: z
      .record(z.string(), z.json())
      .refine(
        (metadata) => JSON.stringify(metadata).length <= maxMetadataCharacters,
        `has more than ${maxMetadataCharacters} characters of JSON`,
      )
      .nullish(),
  }),
);

type RunAgentRequest = z.output<ReturnType<typeof requestSchema>>;

/** A proxy, `wrangler dev`'s among them, notices only by a write that the client has gone, and the run ends with it. */
const heartbeatMs = 1_000;

/** The list is written as the events come. One that is not closed tells the client that the connection broke. */
adkRun.post("/run", async (context) => {
  const socket = await open(context);
  if (socket instanceof Response) return socket;
  let isFirst = true;
  const separated = (data: string): string => {
    const separator = isFirst ? "" : ",";
    isFirst = false;
    return separator + data;
  };
  const body = streamOf(socket, {
    first: "[",
    frame: separated,
    last: (code) => (code === 1000 ? "]" : ""),
    heartbeat: { text: " ", everyMs: heartbeatMs },
  });
  // Compression would hold the blanks back.
  return context.body(body, 200, {
    "content-type": "application/json",
    "content-encoding": "identity",
  });
});

adkRun.post("/run_sse", async (context) => {
  const socket = await open(context);
  if (socket instanceof Response) return socket;
  const body = streamOf(socket, {
    frame: (data) => `data: ${data}\n\n`,
    last: brokenFrame,
    // A comment, which ADK's clients skip.
    heartbeat: { text: ":\n\n", everyMs: heartbeatMs },
  });
  return context.body(body, 200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
});

/** The event of ADK's server for an error in the middle of a stream. */
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

/** Starts the run. @returns the socket to the conversation, or ADK's response if the run is refused. */
async function open(context: RouteContext): Promise<WebSocket | Response> {
  const refusal = await refuseBeforeBody(context, "run");
  if (refusal) return errorResponse(context, refusal);
  const sent = await bodyOf(context);
  if (sent instanceof Response) return sent;
  const body = normalizeAdkFields(sent);
  const { data, error } = requestSchema().safeParse(body ?? {});
  if (error) return context.json(validationErrors(error, body), 422);
  const admission = await admit(context, data);
  if (admission instanceof Response) return admission;
  if (!data.newMessage && !data.stateDelta)
    return detail(context, 400, "There is nothing to run: `newMessage` is missing.");
  const frame = JSON.stringify(runFrame(data));
  const tooBig = checkFrameSize(frame);
  if (tooBig) return errorResponse(context, tooBig);
  const { identity } = admission;
  const client = {
    protocol: "adk-run",
    ...admittedFields(admission),
    ...noPreferences,
  } as const;
  const socket = await openWorkerSocket(
    context.env.CONVERSATION,
    { identity, client },
    context.req.raw,
    readConfig(context.env, agents),
  );
  if (isClientError(socket)) return errorResponse(context, socket);
  socket.send(frame);
  return socket;
}

const runFrame = ({
  newMessage,
  streaming,
  stateDelta,
  customMetadata,
}: RunAgentRequest): RunFrame => ({
  parts: newMessage?.parts ?? [],
  ...(stateDelta && { delta: stateDelta }),
  streaming: streaming === true,
  ...(customMetadata && { metadata: customMetadata }),
});

async function admit(
  context: RouteContext,
  request: RunAgentRequest,
): Promise<Admission | Response> {
  const { appName, userId: user, sessionId: session } = request;
  const app = appName ?? undefined;
  const admission = await authorizeClient(context, "run", { app, user, session });
  if (isClientError(admission)) return errorResponse(context, admission, app);
  const exists = await (await conversationOf(context.env, admission.identity)).exists();
  return exists ? admission : detail(context, 404, `Session not found: ${session}`);
}

/**
 * The Live API's own protocol: BidiGenerateContent, as Google's service speaks it.
 *
 * Up: one message a frame, text or binary, in either casing. Down: binary frames. What the service would close a
 * connection for closes the client's, in the service's words; it is the client's alone.
 */
import type { Content } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import type { FunctionResponse } from "../../wire/live-api.ts";
import { parsePcmRate } from "../../wire/pcm.ts";
import { isClientError, clientError, type ErrorCode, type ClientError } from "../../core/errors.ts";
import { toCamelCaseFields, isRecord, isTooDeep } from "../../core/live-api/proto-json.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { readContents } from "./content-parser.ts";
import { formatLiveMessage } from "./encoder.ts";
import { readImage, readText } from "../validators.ts";

type Fields = Readonly<Record<string, unknown>>;
type Requests = ClientRequest | readonly ClientRequest[];

export const liveApi: Protocol = {
  decode: read,
  // Live API clients get messages, not events: see conversation/live-broadcast.ts.
  encode: () => [],
  createSendQueue: (socket) => new PacedSendQueue(socket),
  closesOn: ({ code }) => !sentErrors.has(code),
  encodeError: ({ code, action, message }) =>
    formatLiveMessage({
      serverContent: code === "BLOCKED" ? blocked : {},
      parley: { error: { code, action, message } },
    }),
};

/** Nobody will answer what was typed, and this is how the Live API says so. */
const blocked = { turnComplete: true, turnCompleteReason: "PROHIBITED_INPUT_CONTENT" };

/** What a client is told in a frame, since the Live API has no close for it and the conversation goes on. */
const sentErrors = new Set<ErrorCode>([
  "NOT_ALLOWED",
  "MUTED",
  "FLOOR_TAKEN",
  "TOO_MANY_FRAMES",
  "BLOCKED",
  "BUFFER_FULL",
  "TOO_MANY_PENDING",
  "RUN_QUEUE_FULL",
  "STATE_FULL",
  "TOOLSET_UNAVAILABLE",
]);

function read(frame: string | ArrayBuffer): Requests | ClientError {
  const value = parsed(frame);
  if (!isRecord(value) || isTooDeep(value)) return invalid("Request contains an invalid argument.");
  const message = toCamelCaseFields(value) as Fields;
  const [kind, more] = Object.keys(message);
  const unknown = Object.keys(message).find((name) => !kinds.has(name));
  if (unknown !== undefined)
    return invalid(
      `Invalid JSON payload received. Unknown name "${unknown.slice(0, 40)}": Cannot find field.`,
    );
  // Live API: exactly one of its message types a frame.
  if (kind === undefined || more !== undefined)
    return invalid("Request contains an invalid argument.");
  const body = message[kind];
  if (!isRecord(body)) return invalid(`Invalid value at '${kind}'.`);
  return kinds.get(kind)?.(body) ?? invalid("Request contains an invalid argument.");
}

function parsed(frame: string | ArrayBuffer): unknown {
  try {
    return JSON.parse(typeof frame === "string" ? frame : new TextDecoder().decode(frame));
  } catch {
    return undefined;
  }
}

const kinds = new Map<string, (body: Fields) => Requests | ClientError>([
  ["setup", (setup) => ({ type: "setup", setup })],
  ["clientContent", readContent],
  ["realtimeInput", readRealtime],
  ["toolResponse", readResponse],
  ["contextUpdate", (update) => ({ type: "contextUpdate", update })],
]);

/** One typed message is what it is at every door; anything else goes to the model with its roles. */
function readContent({ turns = [], turnComplete }: Fields): Requests | ClientError {
  const complete = turnComplete === true;
  if (!Array.isArray(turns)) return invalid("Invalid value at 'client_content.turns'.");
  const contents = readContents(turns.map(wellFormed));
  if (typeof contents === "string") return invalid(`Invalid value at '${contents}'.`);
  const text = complete && contents.length === 1 ? onlyText(contents[0]) : undefined;
  const typed = text === undefined ? undefined : readText(text);
  return typed && !isClientError(typed)
    ? { ...typed, deliverAs: "turn" }
    : { type: "content", turns: contents, complete };
}

function onlyText({ role = "user", parts = [] }: Content = {}): string | undefined {
  const [part, more] = parts;
  const alone = part && !more && Object.keys(part).every((name) => name === "text");
  return alone && role === "user" ? part.text : undefined;
}

/** A broken character (half of a surrogate pair) would end the model's session for everybody. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}

/** Its fields are streams of their own: several may come in one frame. */
function readRealtime(input: Fields): Requests | ClientError {
  const requests: ClientRequest[] = [];
  for (const [name, value] of Object.entries(input)) {
    const read = streams.get(name)?.(value) ?? unknownIn("realtime_input", name);
    if (isClientError(read)) return read;
    requests.push(...[read].flat());
  }
  return requests;
}

const streams = new Map<string, (value: unknown) => Requests | ClientError>([
  ["audio", (blob) => readBlob(blob, "audio")],
  ["video", (blob) => readBlob(blob, "video")],
  ["media", (blob) => readBlob(blob, "media")],
  ["mediaChunks", readChunks],
  ["text", readTyped],
  ["activityStart", () => ({ type: "activityStart" })],
  ["activityEnd", () => ({ type: "activityEnd" })],
  ["audioStreamEnd", (on) => (on === true ? { type: "audioStreamEnd" } : [])],
]);

/** Deprecated by the Live API, and still sent by older clients; what the model takes is what it gets. */
function readChunks(chunks: unknown): Requests | ClientError {
  const all = (Array.isArray(chunks) ? chunks : [chunks]).map((chunk) => readBlob(chunk, "media"));
  return all.find(isClientError) ?? (all as ClientRequest[]);
}

function readTyped(text: unknown): Requests | ClientError {
  if (typeof text !== "string") return invalid("Invalid value at 'realtime_input.text'.");
  return text.trim() ? readText(text) : [];
}

function readBlob(blob: unknown, field: "audio" | "video" | "media"): ClientRequest | ClientError {
  const { data, mimeType } = isRecord(blob) ? blob : {};
  if (typeof data !== "string" || typeof mimeType !== "string")
    return invalid(`Invalid value at 'realtime_input.${field}'.`);
  return field !== "audio" && mimeType.startsWith("image/")
    ? readImage(data, mimeType)
    : readSound(data, mimeType);
}

function readSound(data: string, mimeType: string): ClientRequest | ClientError {
  const rate = parsePcmRate(mimeType);
  const pcm = fromBase64(data);
  return rate === undefined || !pcm || pcm.byteLength % 2 !== 0
    ? invalid(
        "Request contains an invalid argument: audio is PCM of 16 bits, as audio/pcm;rate=16000.",
      )
    : { type: "audio", pcm, rate };
}

function readResponse({ functionResponses }: Fields): Requests | ClientError {
  const all = Array.isArray(functionResponses) ? functionResponses : [functionResponses];
  return all.every(isResponse)
    ? { type: "toolResponse", responses: wellFormed(all) as FunctionResponse[] }
    : invalid("Invalid value at 'tool_response.function_responses'.");
}

const isResponse = (value: unknown): value is FunctionResponse =>
  isRecord(value) &&
  (typeof value["id"] === "string" || typeof value["name"] === "string") &&
  (value["response"] === undefined || isRecord(value["response"]));

const unknownIn = (path: string, name: string): ClientError =>
  invalid(
    `Invalid JSON payload received. Unknown name "${name.slice(0, 40)}" at '${path}': Cannot find field.`,
  );

/** In the words of the service, whose clients look for them. */
const invalid = (message: string): ClientError => clientError("BAD_FRAME", message);

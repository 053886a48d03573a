/**
 * The codec of the Live API itself: BidiGenerateContent, as Google's service speaks it.
 *
 * Up: one message per frame, text or binary, in either casing. Down: binary frames. Errors for which the service closes a
 * connection close this client's, with the service's text, and no other client's.
 */
import type { Content } from "../../wire/adk.ts";
import { decodeShared, fromBase64, isUrlSafe } from "../../wire/base64.ts";
import { concatBytes } from "../../wire/bytes.ts";
import type { FunctionResponse } from "../../wire/live-api.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import { cutText } from "../../wire/text.ts";
import { isClientError, clientError, type ErrorCode, type ClientError } from "../../core/errors.ts";
import { normalizeFields, isRecord } from "../../core/live-api/proto-json.ts";
import type { AudioInput, ClientRequest } from "../../core/client-request.ts";
import { limits } from "../../core/policy/limits.ts";
import { mediaIn } from "../../core/request-text.ts";
import { AudioFrameForm } from "../audio-frame.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { describeJsonFault, parseImage, parseJson, parseText } from "../validators.ts";
import { parseContents, parseMedia } from "./content-parser.ts";
import { formatLiveMessage } from "./encoder.ts";

type Fields = Readonly<Record<string, unknown>>;
const maxParts = limits.messageParts.value;
const maxTurns = limits.messageTurns.value;
type Requests = ClientRequest | readonly ClientRequest[];

export const liveApi: Protocol = {
  joinsByMessage: true,
  decode,
  // Live API clients get the model's messages, not events: see conversation/live-broadcast.ts.
  encode: () => [],
  createSendQueue: (socket) => new PacedSendQueue(socket),
  closesOn: ({ code }) => !sentErrors.has(code),
  encodeError: ({ code, action, message }) =>
    formatLiveMessage({
      serverContent: code === "BLOCKED" ? blocked : {},
      parley: { error: { code, action, message } },
    }),
};

/** The model does not get a blocked text. The Live API reports that by the end of a turn without content. */
const blocked = { turnComplete: true, turnCompleteReason: "PROHIBITED_INPUT_CONTENT" };

/** Errors that the relay sends as a message: the Live API has none of them, and the conversation goes on. */
const sentErrors = new Set<ErrorCode>([
  "NOT_ALLOWED",
  "MUTED",
  "FLOOR_TAKEN",
  "TOO_MANY_FRAMES",
  "RATE_LIMITED",
  "BLOCKED",
  "BUFFER_FULL",
  "TOO_MANY_PENDING",
  "RUN_QUEUE_FULL",
  "STATE_FULL",
  "TOOLSET_UNAVAILABLE",
  "CALL_NOT_OPEN",
]);

function decode(frame: string | ArrayBuffer): Requests | ClientError {
  const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
  return decodeAudio(text) ?? parseMessage(text);
}

/** The message as Google's SDK for JavaScript writes it, and as the relay does. */
const [sdkHead, sdkTail] = [
  '{"realtimeInput":{"audio":{"data":"',
  '","mimeType":"audio/pcm;rate=16000"}}}',
];
const audioForms = [
  new AudioFrameForm('{ "realtime(?:Input|_input)" : { "(?:audio|media)" : {', "} } }"),
  new AudioFrameForm(
    String.raw`{ "realtime(?:Input|_input)" : { "media(?:Chunks|_chunks)" : \[ {`,
    String.raw`} \] } }`,
  ),
];

/** The short way of a message that holds one piece of audio. @returns undefined if the full parser must decide. */
function decodeAudio(text: string): AudioInput | undefined {
  const dataEnd = text.length - sdkTail.length;
  const isSdks =
    text.startsWith(sdkHead) &&
    text.endsWith(sdkTail) &&
    text.indexOf('"', sdkHead.length) === dataEnd;
  if (isSdks) {
    const data = text.slice(sdkHead.length, dataEnd);
    const pcm = isUrlSafe(data) ? undefined : decodeShared(data);
    if (pcm && pcm.byteLength % 2 === 0)
      return { type: "audio", pcm, rate: micSampleRate, message: text };
  }
  for (const form of audioForms) {
    const audio = form.read(text);
    if (audio) return audio.pcm.byteLength % 2 === 0 ? { type: "audio", ...audio } : undefined;
  }
  return undefined;
}

function parseMessage(text: string): Requests | ClientError {
  const value = parseJson(text);
  if (value === undefined)
    return invalid(`Invalid JSON payload received: the frame ${describeJsonFault(text)}.`);
  if (!isRecord(value)) return invalid("Request contains an invalid argument.");
  const message = normalizeFields(value) as Fields;
  const [type, otherType] = Object.keys(message);
  const unknown = Object.keys(message).find((name) => !messageParsers.has(name));
  if (unknown !== undefined)
    return invalid(
      `Invalid JSON payload received. Unknown name "${cutText(unknown, 40)}": Cannot find field.`,
    );
  // Live API: a frame has exactly one message type.
  if (type === undefined || otherType !== undefined)
    return invalid("Request contains an invalid argument.");
  const body = message[type];
  if (!isRecord(body)) return invalid(`Invalid value at '${type}'.`);
  return messageParsers.get(type)?.(body) ?? invalid("Request contains an invalid argument.");
}

const messageParsers = new Map<string, (body: Fields) => Requests | ClientError>([
  ["setup", (setup) => ({ type: "setup", setup })],
  ["clientContent", parseClientContent],
  ["realtimeInput", parseRealtimeInput],
  ["toolResponse", parseToolResponse],
  ["contextUpdate", (update) => ({ type: "contextUpdate", update })],
]);

/** A single complete text becomes typed text, as in the other protocols; anything else goes to the model with its roles. */
function parseClientContent({ turns = [], turnComplete }: Fields): Requests | ClientError {
  const complete = turnComplete === true;
  if (!Array.isArray(turns)) return invalid("Invalid value at 'client_content.turns'.");
  if (turns.length > maxTurns) return tooMany(maxTurns, "turns");
  const contents = parseContents(turns.map(wellFormed));
  if (typeof contents === "string") return invalid(`Invalid value at '${contents}'.`);
  if (contents.some(({ parts = [] }) => parts.length > maxParts))
    return tooMany(maxParts, "parts in a turn");
  if (mediaIn(contents).length > maxParts) return tooMany(maxParts, "pictures and files");
  const text = complete && contents.length === 1 ? onlyText(contents[0]) : undefined;
  const request = text === undefined ? undefined : parseText(text);
  return request && !isClientError(request)
    ? { ...request, deliverAs: "turn" }
    : { type: "content", turns: contents, complete };
}

function onlyText({ role = "user", parts = [] }: Content = {}): string | undefined {
  const [part, otherPart] = parts;
  const isOnlyText = part && !otherPart && Object.keys(part).every((name) => name === "text");
  return isOnlyText && role === "user" ? part.text : undefined;
}

/** Replaces lone surrogates: they would end the model's session for all clients. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}

/** The fields are independent streams: a frame may have several. */
function parseRealtimeInput(input: Fields): Requests | ClientError {
  const requests: ClientRequest[] = [];
  for (const [name, value] of Object.entries(input)) {
    const parsed = streamParsers.get(name)?.(value) ?? unknownField("realtime_input", name);
    if (isClientError(parsed)) return parsed;
    requests.push(...[parsed].flat());
  }
  return requests;
}

const streamParsers = new Map<string, (value: unknown) => Requests | ClientError>([
  ["audio", (blob) => parseBlob(blob, "audio")],
  ["video", (blob) => parseBlob(blob, "video")],
  ["media", (blob) => parseBlob(blob, "media")],
  ["mediaChunks", parseMediaChunks],
  ["text", parseRealtimeText],
  ["activityStart", () => ({ type: "activityStart" })],
  ["activityEnd", () => ({ type: "activityEnd" })],
  ["audioStreamEnd", (isEnd) => (isEnd === true ? { type: "audioStreamEnd" } : [])],
]);

/** Deprecated by the Live API; older clients still send it. The relay forwards it as the fields that replace it. */
function parseMediaChunks(chunks: unknown): Requests | ClientError {
  const list = Array.isArray(chunks) ? chunks : [chunks];
  if (list.length > maxParts) return tooMany(maxParts, "media chunks");
  const requests: ClientRequest[] = [];
  for (const chunk of list) {
    const request = parseBlob(chunk, "media");
    if (isClientError(request)) return request;
    requests.push(request);
  }
  return joinAudio(requests);
}

/** Of joined audio, in seconds: a longer piece would never pass the limit of audio. */
const maxJoinedS = 5;

/** Audio comes before pictures, in few messages to the model: each chunk would be one. */
function joinAudio(requests: readonly ClientRequest[]): Requests | ClientError {
  const audio = requests.filter((request) => request.type === "audio");
  const [first, second] = audio;
  if (!first || !second) return requests;
  const { rate } = first;
  if (audio.some((each) => each.rate !== rate))
    return invalid("The media chunks of a message have audio of several rates: send one rate.");
  const pieces: Uint8Array[][] = [[]];
  let bytes = 0;
  for (const { pcm } of audio) {
    if (bytes > 0 && bytes + pcm.byteLength > maxJoinedS * rate * 2) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push(pcm);
    bytes += pcm.byteLength;
  }
  const joined = pieces.map((piece) => ({ type: "audio" as const, pcm: concatBytes(piece), rate }));
  return [...joined, ...requests.filter(({ type }) => type !== "audio")];
}

function parseRealtimeText(text: unknown): Requests | ClientError {
  if (typeof text !== "string") return invalid("Invalid value at 'realtime_input.text'.");
  if (text === "") return [];
  // Gemini 3 answers a history only after realtime input: ADK sends ".", Pipecat " ". White space is not recorded.
  const request = text.trim() ? parseText(text) : { type: "text" as const, text: " " };
  const isWordless = !/[\p{L}\p{N}]/u.test(text);
  return isWordless && !isClientError(request) ? { ...request, deliverAs: "realtime" } : request;
}

function parseBlob(blob: unknown, field: "audio" | "video" | "media"): ClientRequest | ClientError {
  // Serialisers leave out empty bytes: a frame of no samples is no mistake.
  const { data = "", mimeType } = isRecord(blob) ? blob : {};
  if (typeof data !== "string" || typeof mimeType !== "string")
    return invalid(`Invalid value at 'realtime_input.${field}'.`);
  return field !== "audio" && mimeType.startsWith("image/")
    ? parseImage(data, mimeType)
    : parseAudioBlob(data, mimeType);
}

function parseAudioBlob(data: string, mimeType: string): ClientRequest | ClientError {
  const rate = parsePcmRate(mimeType);
  const pcm = fromBase64(data);
  return rate === undefined || !pcm || pcm.byteLength % 2 !== 0
    ? invalid(
        "Request contains an invalid argument: audio is PCM of 16 bits, as audio/pcm;rate=16000.",
      )
    : { type: "audio", pcm, rate };
}

function parseToolResponse({ functionResponses }: Fields): Requests | ClientError {
  const all = Array.isArray(functionResponses) ? functionResponses : [functionResponses];
  if (all.length > maxParts) return tooMany(maxParts, "function responses");
  if (!all.every(isFunctionResponse))
    return invalid("Invalid value at 'tool_response.function_responses'.");
  const at = all.findIndex(({ parts }) => parts !== undefined && parseMedia(parts) === undefined);
  return at === -1
    ? { type: "toolResponse", responses: wellFormed(all.map(corrected)) as FunctionResponse[] }
    : invalid(
        `Invalid value at 'tool_response.function_responses[${at}].parts': inline data must be base64.`,
      );
}

/** A model's page spells it INTERRUPTED, beside the response and within it. */
function corrected({ response, ...rest }: FunctionResponse): object {
  return {
    ...withScheduling(rest),
    ...(response !== undefined && { response: withScheduling(response) }),
  };
}

const withScheduling = (fields: object): object =>
  "scheduling" in fields && fields.scheduling === "INTERRUPTED"
    ? { ...fields, scheduling: "INTERRUPT" }
    : fields;

const isFunctionResponse = (value: unknown): value is FunctionResponse =>
  isRecord(value) &&
  [value["id"], value["name"]].every((each) => typeof (each ?? "") === "string") &&
  (value["id"] ?? value["name"] ?? undefined) !== undefined &&
  (value["response"] === undefined || isRecord(value["response"]));

const unknownField = (path: string, name: string): ClientError =>
  invalid(
    `Invalid JSON payload received. Unknown name "${cutText(name, 40)}" at '${path}': Cannot find field.`,
  );

/** The whole message is refused. The service has no text for it. */
const tooMany = (most: number, what: string): ClientError =>
  invalid(
    `At most ${most} ${what} in a message: this one was not taken. What came before is kept; send fewer at once.`,
  );

/** @param message the service's own: clients compare it. */
const invalid = (message: string): ClientError => clientError("BAD_FRAME", message);

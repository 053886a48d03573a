/**
 * Parses the turns of a Live API client field by field (Live API: Content, Part). An unknown field, or one of the wrong type,
 * would end the model's session for all clients, and again each time the relay seeds a session with the history.
 */
import type { Content } from "../../wire/adk.ts";
import { fromBase64, toBase64 } from "../../wire/base64.ts";
import { isDeeperThan } from "../../wire/json.ts";
import { isClientError } from "../../core/errors.ts";
import { isRecord } from "../../core/live-api/proto-json.ts";
import { responseText } from "../../core/upstream/encoding.ts";
import { isTextType, parseImage } from "../validators.ts";

/** @returns the value to forward; undefined if the value is invalid. */
type Parser = (value: unknown) => unknown;

/**
 * @param turns with field names in lowerCamel, and without null fields.
 * @returns the turns that have parts; for an invalid turn, the path of the invalid field as the service writes it.
 */
export function parseContents(turns: readonly unknown[]): Content[] | string {
  const contents: Content[] = [];
  for (const [at, turn] of turns.entries()) {
    const content = parseContent(turn, `client_content.turns[${at}]`);
    if (typeof content === "string") return content;
    if (content.parts?.length) contents.push(content);
  }
  return contents;
}

function parseContent(turn: unknown, path: string): Content | string {
  if (!isRecord(turn)) return path;
  const { role, parts, ...unknown } = turn;
  if (Object.keys(unknown).length > 0) return path;
  if (role !== undefined && role !== "user" && role !== "model") return `${path}.role`;
  const values = parts ?? [];
  if (!Array.isArray(values)) return `${path}.parts`;
  const parsed = values.map(parsePart);
  const invalid = parsed.indexOf(undefined);
  if (invalid !== -1) return `${path}.parts[${invalid}]`;
  return { ...(role !== undefined && { role }), parts: parsed as NonNullable<Content["parts"]> };
}

/** Only one of AI Studio and Vertex knows these fields. They carry no content, so the relay drops them. */
const droppedFields = new Set(["displayName", "willContinue"]);

const message =
  (fields: Readonly<Record<string, Parser>>, required: readonly string[] = []): Parser =>
  (value) => {
    if (!isRecord(value)) return undefined;
    const parsed = Object.entries(value)
      .filter(([name]) => !droppedFields.has(name))
      .map(
        ([name, inner]) =>
          [name, Object.hasOwn(fields, name) ? fields[name]?.(inner) : undefined] as const,
      );
    const isComplete = required.every((name) => parsed.some(([field]) => field === name));
    return isComplete && parsed.every(([, inner]) => inner !== undefined)
      ? Object.fromEntries(parsed)
      : undefined;
  };

const text: Parser = (value) => (typeof value === "string" ? value : undefined);
const bool: Parser = (value) => (typeof value === "boolean" ? value : undefined);
const number: Parser = (value) => (Number.isFinite(value) ? value : undefined);
/** Protobuf's JSON. */
const int32: Parser = (value) => (value === ((value as number) | 0) ? value : undefined);
const duration: Parser = (value) =>
  typeof value === "string" && /^\d{1,9}(\.\d{1,9})?s$/.test(value) ? value : undefined;
const struct: Parser = (value) => (isRecord(value) ? value : undefined);
/** The service refuses a message of a hundred levels, of which free JSON takes three for each. */
const flatStruct: Parser = (value) => (isDeeperThan(value, 25) ? undefined : struct(value));

const oneOf =
  (...names: readonly string[]): Parser =>
  (value) =>
    names.find((name) => name === value);

const base64: Parser = (value) => {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  return bytes?.byteLength ? toBase64(bytes) : undefined;
};

const inlineBlob = message({ mimeType: text, data: base64 }, ["mimeType", "data"]);

/** Images must have a type that the service takes, as in the other protocols. */
const inlineData: Parser = (value) => {
  const blob = inlineBlob(value);
  if (!isRecord(blob)) return undefined;
  const [mimeType, data] = [String(blob["mimeType"]), String(blob["data"])];
  if (!/^[\w.+-]+\/[\w.+-]+(;.*)?$/.test(mimeType)) return undefined;
  return /^image\//i.test(mimeType) && isClientError(parseImage(data, mimeType)) ? undefined : blob;
};

/** The service ends the session of all clients for a type that it does not read. */
const isReadable = (mimeType: string): boolean =>
  isTextType(mimeType) || /^(image|audio|video)\/|^application\/pdf\b/i.test(mimeType);

/**
 * Only https, from servers that are not Google's own: the service would read a bucket (gs://) or a file of the Gemini API with
 * the server's account or key, not with the client's.
 */
const fileUri: Parser = (value) => {
  const url = typeof value === "string" ? URL.parse(value) : null;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  const host = url.hostname.replace(/\.+$/, "");
  const isPublic = host.includes(".") && !/^[\d.]+$/.test(host) && !ownedHosts.test(host);
  return isPublic ? url.href : undefined;
};

const ownedHosts =
  /(^|\.)(googleapis\.com|google\.com|googleusercontent\.com|goog|internal|local|localhost)$/;

const fileData = message({ mimeType: text, fileUri }, ["fileUri"]);
const media = message({ inlineData, fileData });

/** The media of a function response, with their base64 in the standard alphabet; undefined if one is invalid. */
export const parseMedia: Parser = (value) => {
  const parsed = Array.isArray(value) ? value.map(media) : [undefined];
  return parsed.includes(undefined) ? undefined : parsed;
};

const functionResponse = message(
  {
    id: text,
    name: text,
    response: struct,
    parts: parseMedia,
    scheduling: oneOf("SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT", "INTERRUPTED"),
  },
  ["name"],
);

/** Data of a content, which the model gets. */
const readableData: Parser = (value) => {
  const blob = inlineData(value);
  return isRecord(blob) && isReadable(String(blob["mimeType"])) ? blob : undefined;
};

/** A part has exactly one of these fields. */
const dataFields: Readonly<Record<string, Parser>> = {
  text,
  inlineData: readableData,
  fileData,
  functionCall: message({ id: text, name: text, args: struct }, ["name"]),
  functionResponse,
  executableCode: message({
    id: text,
    language: oneOf("LANGUAGE_UNSPECIFIED", "PYTHON"),
    code: text,
  }),
  codeExecutionResult: message({
    id: text,
    outcome: oneOf(
      "OUTCOME_UNSPECIFIED",
      "OUTCOME_OK",
      "OUTCOME_FAILED",
      "OUTCOME_DEADLINE_EXCEEDED",
    ),
    output: text,
  }),
};

const mediaResolution = message({
  level: oneOf(
    "MEDIA_RESOLUTION_UNSPECIFIED",
    "MEDIA_RESOLUTION_LOW",
    "MEDIA_RESOLUTION_MEDIUM",
    "MEDIA_RESOLUTION_HIGH",
  ),
  numTokens: int32,
});

const part = message({
  ...dataFields,
  thought: bool,
  thoughtSignature: base64,
  videoMetadata: message({ startOffset: duration, endOffset: duration, fps: number }),
  partMetadata: flatStruct,
  mediaResolution,
});

const parsePart: Parser = (value) => {
  const parsed = part(value);
  return isRecord(parsed) &&
    Object.keys(parsed).filter((name) => Object.hasOwn(dataFields, name)).length === 1
    ? callAsText(fileAsText(parsed))
    : undefined;
};

/** A text file is words: hooks check them and the log keeps them, as in the other protocols. */
function fileAsText(parsed: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { inlineData, ...rest } = parsed;
  const { mimeType, data } = recordOf(inlineData);
  const bytes = isTextType(String(mimeType)) ? fromBase64(String(data)) : undefined;
  return bytes ? { ...rest, text: new TextDecoder().decode(bytes).toWellFormed() } : parsed;
}

/** The service closes a session (1007) whose contents hold calls or responses: the model gets them in words. */
function callAsText(parsed: Readonly<Record<string, unknown>>): unknown {
  const { functionCall: call, functionResponse: answer } = parsed;
  if (isRecord(call))
    return { text: `[called ${String(call["name"])}: ${JSON.stringify(call["args"] ?? {})}]` };
  return isRecord(answer)
    ? {
        text: responseText({
          name: String(answer["name"]),
          response: recordOf(answer["response"]),
        }),
      }
    : parsed;
}

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

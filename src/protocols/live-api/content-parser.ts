/**
 * Turns of a client of the Live API, read field by field (Live API: Content, Part): a field that the service does not
 * know, or of another type, ends the model's session for everybody, and would again whenever it is told the past.
 */
import type { Content } from "../../wire/adk.ts";
import { fromBase64, toBase64 } from "../../wire/base64.ts";
import { isClientError } from "../../core/errors.ts";
import { isRecord } from "../../core/live-api/proto-json.ts";
import { readImage } from "../validators.ts";

/** Each wants a value, and gives what goes on of it; undefined when it is of another type. */
type Read = (value: unknown) => unknown;

/**
 * @param turns with their fields in lowerCamel.
 * @returns those that say anything; for one that cannot be read, its place in the service's words.
 */
export function readContents(turns: readonly unknown[]): Content[] | string {
  const contents: Content[] = [];
  for (const [at, turn] of turns.entries()) {
    const content = contentOf(turn, `client_content.turns[${at}]`);
    if (typeof content === "string") return content;
    if (content.parts?.length) contents.push(content);
  }
  return contents;
}

function contentOf(turn: unknown, place: string): Content | string {
  if (!isRecord(turn)) return place;
  const { role, parts, ...more } = turn;
  if (Object.keys(more).length > 0) return place;
  if (!isNone(role) && role !== "user" && role !== "model") return `${place}.role`;
  const given = parts ?? [];
  if (!Array.isArray(given)) return `${place}.parts`;
  const read = given.map(readPart);
  const bad = read.indexOf(undefined);
  if (bad !== -1) return `${place}.parts[${bad}]`;
  return { ...(!isNone(role) && { role }), parts: read as NonNullable<Content["parts"]> };
}

/** proto3 JSON: null is the same as leaving a field out. */
const isNone = (value: unknown): value is null | undefined => value === null || value === undefined;

/** One service knows them and another one does not; nothing is said by them. */
const leftOut = new Set(["displayName", "willContinue"]);

const message =
  (fields: Readonly<Record<string, Read>>, needed: readonly string[] = []): Read =>
  (value) => {
    if (!isRecord(value)) return undefined;
    const read = Object.entries(value)
      .filter(([name, inner]) => !isNone(inner) && !leftOut.has(name))
      .map(
        ([name, inner]) =>
          [name, Object.hasOwn(fields, name) ? fields[name]?.(inner) : undefined] as const,
      );
    const whole = needed.every((name) => read.some(([given]) => given === name));
    return whole && read.every(([, inner]) => inner !== undefined)
      ? Object.fromEntries(read)
      : undefined;
  };

const text: Read = (value) => (typeof value === "string" ? value : undefined);
const bool: Read = (value) => (typeof value === "boolean" ? value : undefined);
const number: Read = (value) => (Number.isFinite(value) ? value : undefined);
const struct: Read = (value) => (isRecord(value) ? value : undefined);

const oneOf =
  (...names: readonly string[]): Read =>
  (value) =>
    names.find((name) => name === value);

const base64: Read = (value) => {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  return bytes?.byteLength ? toBase64(bytes) : undefined;
};

const inline = message({ mimeType: text, data: base64 }, ["mimeType", "data"]);

/** Pictures as at the other doors: of a type that the service takes. */
const inlineData: Read = (value) => {
  const read = inline(value);
  if (!isRecord(read)) return undefined;
  const [mimeType, data] = [String(read["mimeType"]), String(read["data"])];
  if (!/^[\w.+-]+\/[\w.+-]+(;.*)?$/.test(mimeType)) return undefined;
  return /^image\//i.test(mimeType) && isClientError(readImage(data, mimeType)) ? undefined : read;
};

/** What lies in a bucket (gs://) would be read with the server's account, and not with the client's. */
const fileUri: Read = (value) =>
  typeof value === "string" && /^https:\/\/./.test(value) ? value : undefined;

const fileData = message({ mimeType: text, fileUri }, ["fileUri"]);
const media = message({ inlineData, fileData });

const functionResponse = message(
  {
    id: text,
    name: text,
    response: struct,
    parts: (value) => {
      const read = Array.isArray(value) ? value.map(media) : [undefined];
      return read.includes(undefined) ? undefined : read;
    },
    scheduling: oneOf("SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT"),
  },
  ["name"],
);

/** A part holds exactly one of these. */
const data: Readonly<Record<string, Read>> = {
  text,
  inlineData,
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
  numTokens: (value) => (Number.isSafeInteger(value) ? value : undefined),
});

const part = message({
  ...data,
  thought: bool,
  thoughtSignature: base64,
  videoMetadata: message({ startOffset: text, endOffset: text, fps: number }),
  partMetadata: struct,
  mediaResolution,
});

const readPart: Read = (value) => {
  const read = part(value);
  return isRecord(read) &&
    Object.keys(read).filter((name) => Object.hasOwn(data, name)).length === 1
    ? read
    : undefined;
};

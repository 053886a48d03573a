/** Validates the contents of client frames, for every protocol, and words the errors for invalid ones. */
import * as z from "zod";
import { clientError, type ClientError } from "../core/errors.ts";
import { fileFormatOf, type FileFormat } from "../core/media-file.ts";
import type { ClientRequest, ModelInput } from "../core/client-request.ts";
import { invalidDeltaReason, type StateDelta } from "../core/adk/session-state.ts";
import { limits } from "../core/policy/limits.ts";
import { fromBase64, toBase64 } from "../wire/base64.ts";
import { hasMoreValuesThan, jsonFaultOf } from "../wire/json.ts";
import { lazy } from "../wire/lazy.ts";
import { cutText } from "../wire/text.ts";

/** @param pcm mono PCM16, little-endian. @param rate in Hz. */
export function parseAudio(pcm: Uint8Array, rate: number): ModelInput | ClientError {
  const file = fileFormatOf(pcm);
  if (file) return { ...invalidFrame(notPcm(file)), file };
  return pcm.byteLength % 2 === 0
    ? { type: "audio", pcm, rate }
    : invalidFrame(`an audio frame has ${pcm.byteLength} bytes, but PCM16 has two bytes a sample`);
}

const notPcm = ({ name, compressed }: FileFormat): string =>
  name === "JSON"
    ? "it holds JSON in place of audio; send JSON as a text frame"
    : `it begins like ${name}, and audio is bare PCM of 16 bits, mono, 16 kHz, without a header; decode it and send the samples${compressed ? ". Its later chunks are ignored, too, without this error" : ""}`;

/** Replaces lone surrogates: they would end the model's session for all clients. */
export function parseText(
  text: string,
  id?: string,
): Extract<ModelInput, { type: "text" }> | ClientError {
  if (!text.trim()) return invalidFrame('"text" is empty');
  if (text.length > maxTextLength)
    return invalidFrame(
      `"text" has ${text.length} characters, and at most ${maxTextLength} are taken`,
    );
  return { type: "text", text: text.toWellFormed(), ...(id !== undefined && { id }) };
}

/** @param base64 in either alphabet; the result has the standard one, as the Live API requires. */
export function parseImage(base64: string, mimeType: string): ModelInput | ClientError {
  const type = mimeType.toLowerCase();
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(type))
    return invalidFrame(
      `"mimeType" of an image is "${truncate(mimeType)}": send JPEG, PNG, WebP, HEIC or HEIF`,
    );
  const bytes = fromBase64(base64);
  if (!bytes?.byteLength) return invalidFrame('"data" of an image is not base64, or empty');
  return { type: "image", data: toBase64(bytes), mimeType: type };
}

/** Whether the bytes of a media type are text. */
export const isTextType = (mimeType: string): boolean =>
  /^(text\/|application\/(x-)?([\w.-]+\+)?(json|xml|yaml|javascript|typescript|python|rtf)\b)/i.test(
    mimeType,
  );

export function parseStateDelta(delta: StateDelta): ClientRequest | ClientError {
  const reason = invalidDeltaReason(delta);
  return reason ? invalidFrame(`"delta" was not taken: ${reason}`) : { type: "state", delta };
}

/** Levels of nesting, as protobuf's own parsers allow. The relay walks JSON recursively, which must not exhaust the stack. */
const maxLevels = limits.jsonLevels.value;
/** A body has room for values that take twenty times its size. */
const maxValues = limits.jsonValues.value;

/**
 * The one parser of what clients send, for every protocol and route.
 * @returns undefined for invalid JSON, for one that has too many values, or is nested too deep, or has a number too large for
 * JavaScript; JSON has no undefined of its own.
 */
export function parseJson(text: string): unknown {
  if (hasMoreValuesThan(text, maxValues)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return jsonFaultOf(value, maxLevels) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Why `parseJson` refused the text: a predicate for its subject. */
export function describeJsonFault(text: string): string {
  if (hasMoreValuesThan(text, maxValues))
    return `has more than ${maxValues} commas and opening brackets`;
  try {
    return jsonFaultOf(JSON.parse(text), maxLevels) === "infinite"
      ? "has a number that is too large"
      : `is nested deeper than ${maxLevels} levels`;
  } catch {
    return "is not JSON";
  }
}

/** A frame of one of several types, which its `type` names. */
type FrameSchema = z.ZodDiscriminatedUnion<
  z.ZodObject<{ type: z.ZodLiteral<string> } & z.ZodRawShape>[]
>;

/** Decodes a JSON frame that a `type` discriminates. The error names the types that the schema has. */
export function decodeJsonFrame<T extends FrameSchema>(
  frame: string,
  schema: T,
): z.output<T> | ClientError {
  const value = parseJson(frame);
  if (value === undefined) return invalidFrame(`a text frame ${describeJsonFault(frame)}`);
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const types = schema.options.map(({ shape }) => shape.type.value);
  return invalidFrame(describeIssue(value, error, types));
}

const maxElements = 10_000;

/** In UTF-16 units. More than a user types, and little enough for one row of the event log. */
const maxTextLength = limits.textCharacters.value;

function describeIssue(value: unknown, error: z.ZodError, types: readonly string[]): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "a text frame is JSON, but not an object";
  const type = "type" in value ? value.type : undefined;
  if (!types.includes(type as never))
    return `"type" is ${type === undefined ? "missing" : truncate(JSON.stringify(type))}; known are ${types.join(", ")}`;
  const [issue] = error.issues;
  return `"${truncate(issue?.path.join(".") ?? "")}" of a ${JSON.stringify(type)} frame: ${issue?.message}`;
}

/**
 * A list that is read up to its first wrong element: each fault takes about a kilobyte, and a frame has room for many.
 * @param most how many elements it may have.
 */
export const listOf = <T extends z.ZodType>(
  element: T,
  most = maxElements,
): z.ZodPipe<z.ZodUnknown, z.ZodTransform<z.output<T>[]>> =>
  z.unknown().transform((input, context): z.output<T>[] => {
    if (!Array.isArray(input)) {
      context.issues.push({ code: "invalid_type", expected: "array", input });
      return z.NEVER;
    }
    if (input.length > most) {
      context.issues.push({
        code: "too_big",
        origin: "array",
        maximum: most,
        inclusive: true,
        input,
      });
      return z.NEVER;
    }
    const list: z.output<T>[] = [];
    for (const [at, each] of input.entries()) {
      const { data, error } = element.safeParse(each);
      if (error) {
        for (const issue of error.issues)
          context.issues.push({ ...issue, input: each, path: [at, ...issue.path] });
        return z.NEVER;
      }
      list.push(data);
    }
    return list;
  });

/** Truncates a client's own text for an error message. */
export const truncate = (text: string): string =>
  text.length > 40 ? `${cutText(text, 40)}…` : text;

/** @param reason a clause without a full stop. */
export const invalidFrame = (reason: string): ClientError =>
  clientError("BAD_FRAME", `The frame was ignored: ${reason}. The conversation goes on.`);

/** A token in a frame. */
export const tokenSchema = lazy(() =>
  z
    .string()
    .min(1)
    .max(16 * 1024),
);

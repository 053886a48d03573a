/** What the doors have in common in reading frames: what each thing must be like, and the words when it is not. */
import type { z } from "zod";
import { clientError, type ClientError } from "../core/errors.ts";
import type { ClientRequest, ModelInput } from "../core/client-request.ts";
import { invalidDeltaReason, type StateDelta } from "../core/adk/session-state.ts";
import { fromBase64, toBase64 } from "../wire/base64.ts";

export const readAudio = (pcm: Uint8Array, rate: number): ModelInput | ClientError =>
  pcm.byteLength % 2 === 0
    ? { type: "audio", pcm, rate }
    : bad(`an audio frame has ${pcm.byteLength} bytes, but PCM16 has two bytes a sample`);

/** A broken character (half of a surrogate pair) would end the model's session for everybody. */
export function readText(
  text: string,
  id?: string,
): Extract<ModelInput, { type: "text" }> | ClientError {
  if (!text.trim()) return bad('"text" is empty');
  if (text.length > longestText)
    return bad(`"text" has ${text.length} characters, and at most ${longestText} are taken`);
  return { type: "text", text: text.toWellFormed(), ...(id !== undefined && { id }) };
}

export function readImage(base64: string, mimeType: string): ModelInput | ClientError {
  const type = mimeType.toLowerCase();
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(type))
    return bad(
      `"mimeType" of an image is "${short(mimeType)}": send JPEG, PNG, WebP, HEIC or HEIF`,
    );
  const bytes = fromBase64(base64);
  if (!bytes?.byteLength) return bad('"data" of an image is not base64, or empty');
  return { type: "image", data: toBase64(bytes), mimeType: type };
}

export function readState(delta: StateDelta): ClientRequest | ClientError {
  const objection = invalidDeltaReason(delta);
  return objection ? bad(`"delta" was not taken: ${objection}`) : { type: "state", delta };
}

/**
 * A JSON frame of one of the shapes a door knows, or what was wrong with it.
 * @param types the values of `type` that it knows.
 */
export function readShape<T>(
  frame: string,
  shape: z.ZodType<T>,
  types: readonly string[],
): T | ClientError {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return bad("a text frame is not JSON");
  }
  const { data, error } = shape.safeParse(value);
  return error ? bad(wrong(value, error, types)) : data;
}

/** More than anybody types, and little enough for one row of the log. */
const longestText = 32_000;

function wrong(value: unknown, error: z.ZodError, types: readonly string[]): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "a text frame is JSON, but not an object";
  const type = "type" in value ? value.type : undefined;
  if (!types.includes(type as never))
    return `"type" is ${type === undefined ? "missing" : short(JSON.stringify(type))}; known are ${types.join(", ")}`;
  const [issue] = error.issues;
  return `"${issue?.path.join(".")}" of a ${JSON.stringify(type)} frame: ${issue?.message}`;
}

export const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

export const bad = (what: string): ClientError =>
  clientError("BAD_FRAME", `The frame was ignored: ${what}. The conversation goes on.`);

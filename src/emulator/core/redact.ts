/** Redacts frames for the debug endpoints. */
import { isRecord } from "./protocol/json.ts";

const MAX_TEXT_LENGTH = 1_000;

/** Fields that hold media as base64 text. */
const MEDIA_FIELDS: ReadonlySet<string> = new Set([
  "data",
  "imageData",
  "image_data",
  "voiceSampleAudio",
  "voice_sample_audio",
  "consentAudio",
  "consent_audio",
]);

/** Replaces media by their size in bytes and truncates long texts. */
export function redact(value: unknown, field = ""): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redact(inner, key)]),
    );
  }
  if (typeof value !== "string") return value;
  if (MEDIA_FIELDS.has(field))
    return { bytes: Math.floor((value.replace(/=+$/, "").length * 3) / 4) };
  return value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value;
}

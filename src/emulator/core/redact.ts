/** Frames as they may be shown to whoever looks in. */
import { isRecord } from "./protocol/json.ts";

const LONGEST_TEXT = 1_000;

/** Fields that hold base64 media, as text. */
const MEDIA: ReadonlySet<string> = new Set([
  "data",
  "imageData",
  "image_data",
  "voiceSampleAudio",
  "voice_sample_audio",
  "consentAudio",
  "consent_audio",
]);

/** What may be shown of a frame: media by their size, long texts cut. */
export function redact(value: unknown, field = ""): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redact(inner, key)]),
    );
  }
  if (typeof value !== "string") return value;
  if (MEDIA.has(field)) return { bytes: Math.floor((value.replace(/=+$/, "").length * 3) / 4) };
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}

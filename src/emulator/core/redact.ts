/** A client's message as it may be shown: media become their size. */
import { isRecord } from "./json.ts";

/** Fields that hold base64 media, as text. */
const MEDIA: ReadonlySet<string> = new Set([
  "data",
  "imageData",
  "voiceSampleAudio",
  "consentAudio",
]);

export function redact(value: unknown, field = ""): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redact(inner, key)]),
    );
  }
  if (typeof value === "string" && MEDIA.has(field))
    return { bytes: Math.floor((value.length * 3) / 4) };
  return value;
}

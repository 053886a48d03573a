/**
 * Base64 for proto3 JSON: reads both alphabets with optional padding, writes the standard one. Implemented here because
 * not every supported runtime has `Uint8Array.fromBase64`.
 */

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = 255;

/** The value of each ASCII character, in either alphabet. */
const VALUE_OF = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < 64; i++) VALUE_OF[STANDARD.charCodeAt(i)] = i;
VALUE_OF["-".charCodeAt(0)] = 62;
VALUE_OF["_".charCodeAt(0)] = 63;

/** @returns undefined when the text is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const end = text.endsWith("==")
    ? text.length - 2
    : text.endsWith("=")
      ? text.length - 1
      : text.length;
  if (end % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let at = 0;
  let bits = 0;
  let buffer = 0;
  for (let i = 0; i < end; i++) {
    const value = VALUE_OF[text.charCodeAt(i)] ?? INVALID;
    if (value === INVALID) return undefined;
    buffer = ((buffer << 6) | value) & 0xff_ffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (buffer >> bits) & 0xff;
    }
  }
  return bytes;
}

/** Characters per `fromCharCode` call. */
const BATCH = 8192;

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6)
      units.push(STANDARD.charCodeAt((group >> shift) & 63));
    if (units.length >= BATCH) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  text += String.fromCharCode(...units);
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing === 0 ? text : text.slice(0, -missing) + "=".repeat(missing);
}

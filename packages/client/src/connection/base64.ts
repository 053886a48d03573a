/**
 * Base64 without `Uint8Array.fromBase64` and `toBase64`, which browsers have only since 2025. They are not polyfilled: a
 * library of the host page would take a part of them for the whole.
 */

/** Decodes either alphabet, padded or not; undefined if the text is neither. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0);
  } catch {
    return undefined;
  }
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCodePoint(byte);
  return btoa(binary);
}

/** Polyfills `Uint8Array.fromBase64` and `toBase64`, which browsers have only since 2025. */

export function polyfillBase64(): void {
  if (!("fromBase64" in Uint8Array)) Object.assign(Uint8Array, { fromBase64 });
  if (!("toBase64" in Uint8Array.prototype)) Object.assign(Uint8Array.prototype, { toBase64 });
}

const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);

function toBase64(this: Uint8Array): string {
  let binary = "";
  for (const byte of this) binary += String.fromCodePoint(byte);
  return btoa(binary);
}

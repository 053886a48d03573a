/** UTF-8 without TextEncoder, which the core must not depend on. Lone surrogates and malformed bytes become U+FFFD. */

const REPLACEMENT = 0xfffd;

function byteLength(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_0000 ? 3 : 4;
}

function wellFormed(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code;
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    const codePoint = wellFormed(text.codePointAt(i) ?? REPLACEMENT);
    if (codePoint > 0xffff) i++;
    at = writeCharacter(bytes, at, codePoint);
  }
  return bytes.slice(0, at);
}

function writeCharacter(bytes: Uint8Array, at: number, codePoint: number): number {
  const size = byteLength(codePoint);
  for (let i = size - 1; i > 0; i--)
    bytes[at + i] = 0x80 | ((codePoint >> (6 * (size - 1 - i))) & 0x3f);
  const leadByte = size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0;
  bytes[at] = leadByte | (codePoint >> (6 * (size - 1)));
  return at + size;
}

/** Code units per `fromCharCode` call, which bounds the argument list. */
const BATCH = 8192;

export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [codePoint, size] = decodeCharacter(bytes, at);
    at += size;
    if (codePoint > 0xffff)
      units.push(0xd800 + ((codePoint - 0x1_0000) >> 10), 0xdc00 + (codePoint & 0x3ff));
    else units.push(codePoint);
    if (units.length >= BATCH) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** One character, or the malformed bytes that one U+FFFD replaces. WHATWG Encoding, UTF-8 decoder. */
function decodeCharacter(bytes: Uint8Array, at: number): [point: number, size: number] {
  const leadByte = bytes[at] ?? 0;
  if (leadByte < 0x80) return [leadByte, 1];
  if (leadByte < 0xc2 || leadByte > 0xf4) return [REPLACEMENT, 1];
  const size = leadByte >= 0xf0 ? 4 : leadByte >= 0xe0 ? 3 : 2;
  let codePoint = leadByte & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i] ?? 0;
    const [low, high] = i === 1 ? secondByteRange(leadByte) : CONTINUATION;
    if (next < low || next > high) return [REPLACEMENT, i];
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  return [codePoint, size];
}

const CONTINUATION = [0x80, 0xbf] as const;

/** The range of the byte after a leading byte: excludes overlong forms, surrogates and code points above U+10FFFF. */
function secondByteRange(leadByte: number): readonly [low: number, high: number] {
  if (leadByte === 0xe0) return [0xa0, 0xbf];
  if (leadByte === 0xed) return [0x80, 0x9f];
  if (leadByte === 0xf0) return [0x90, 0xbf];
  return leadByte === 0xf4 ? [0x80, 0x8f] : CONTINUATION;
}

/** The longest prefix of whole characters within `limit` bytes. */
export function cutUtf8(text: string, limit: number): string {
  let bytes = 0;
  let prefix = "";
  for (const character of text) {
    bytes += byteLength(wellFormed(character.codePointAt(0) ?? 0));
    if (bytes > limit) break;
    prefix += character;
  }
  return prefix;
}

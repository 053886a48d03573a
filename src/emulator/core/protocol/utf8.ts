/** UTF-8 without a platform: the core compiles where there is no TextEncoder. Lone surrogates and bad bytes become U+FFFD. */

const REPLACEMENT = 0xfffd;

/** How many bytes a code point takes. */
function width(code: number): number {
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
    const point = wellFormed(text.codePointAt(i) ?? REPLACEMENT);
    if (point > 0xffff) i++;
    at = put(bytes, at, point);
  }
  return bytes.slice(0, at);
}

function put(bytes: Uint8Array, at: number, point: number): number {
  const size = width(point);
  for (let i = size - 1; i > 0; i--)
    bytes[at + i] = 0x80 | ((point >> (6 * (size - 1 - i))) & 0x3f);
  const lead = size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0;
  bytes[at] = lead | (point >> (6 * (size - 1)));
  return at + size;
}

/** Code units are gathered in batches: one `fromCharCode` per batch keeps the argument list short. */
const BATCH = 8192;

export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [point, size] = take(bytes, at);
    at += size;
    if (point > 0xffff) units.push(0xd800 + ((point - 0x1_0000) >> 10), 0xdc00 + (point & 0x3ff));
    else units.push(point);
    if (units.length >= BATCH) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** One character, or as much of a broken one as is replaced by one U+FFFD. WHATWG Encoding, UTF-8 decoder. */
function take(bytes: Uint8Array, at: number): [point: number, size: number] {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return [lead, 1];
  if (lead < 0xc2 || lead > 0xf4) return [REPLACEMENT, 1];
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  let point = lead & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i] ?? 0;
    const [low, high] = i === 1 ? second(lead) : ANY;
    if (next < low || next > high) return [REPLACEMENT, i];
    point = (point << 6) | (next & 0x3f);
  }
  return [point, size];
}

const ANY = [0x80, 0xbf] as const;

/** What may follow a leading byte: no overlong forms, no surrogates, nothing past U+10FFFF. */
function second(lead: number): readonly [low: number, high: number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  return lead === 0xf4 ? [0x80, 0x8f] : ANY;
}

/** The longest prefix of whole characters within `limit` bytes. */
export function cutUtf8(text: string, limit: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += width(wellFormed(character.codePointAt(0) ?? 0));
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}

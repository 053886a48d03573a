/** Reads and writes WAV files of mono PCM16, the only kind the tests use. */
import { readFileSync, writeFileSync } from "node:fs";

export interface Wav {
  /** Samples per second. */
  readonly rate: number;
  readonly samples: Int16Array<ArrayBuffer>;
}

const headerBytes = 44;

export function readWav(path: string | URL): Wav {
  return parseWav(readFileSync(path));
}

export function writeWav(path: string | URL, wav: Wav): void {
  writeFileSync(path, formatWav(wav));
}

/** @throws when the bytes are not a WAV file of mono PCM16. */
export function parseWav(bytes: Uint8Array): Wav {
  const chunks = chunksOf(bytes);
  const format = chunks.get("fmt ");
  const data = chunks.get("data");
  if (format === undefined || data === undefined) throw new Error("not a WAV file");
  const [kind, channels, rate, bits] = [
    format.getUint16(0, true),
    format.getUint16(2, true),
    format.getUint32(4, true),
    format.getUint16(14, true),
  ];
  if (kind !== 1 || channels !== 1 || bits !== 16) throw new Error("not mono PCM16");
  const from = data.byteOffset;
  const to = from + data.byteLength - (data.byteLength % 2);
  return { rate, samples: new Int16Array(data.buffer.slice(from, to)) };
}

export function formatWav({ rate, samples }: Wav): Uint8Array {
  const bytes = new Uint8Array(headerBytes + samples.byteLength);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.byteLength, true);
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), headerBytes);
  return bytes;
}

function chunksOf(bytes: Uint8Array): Map<string, DataView<ArrayBuffer>> {
  const copy = new Uint8Array(bytes).buffer;
  const view = new DataView(copy);
  const chunks = new Map<string, DataView<ArrayBuffer>>();
  for (let at = 12; at + 8 <= copy.byteLength;) {
    const name = String.fromCharCode(...new Uint8Array(copy, at, 4));
    const length = Math.min(view.getUint32(at + 4, true), copy.byteLength - at - 8);
    chunks.set(name, new DataView(copy, at + 8, length));
    at += 8 + length + (length % 2);
  }
  return chunks;
}

/** PCM16, little-endian, mono: the only audio format of the Live API. */
import type { Blob } from "../protocol/messages.ts";

/** Sample rates of the model's input and output, Hz. */
export const INPUT_RATE = 16_000;
export const OUTPUT_RATE = 24_000;

const MIN_RATE = 4_000;
const MAX_RATE = 192_000;

interface Pcm {
  readonly rate: number;
  readonly samples: Int16Array;
}

/** @returns undefined when the blob is not PCM16: another MIME type, half a sample or an implausible rate. */
export function readPcm(blob: Blob): Pcm | undefined {
  const rate = readRate(blob.mimeType ?? "");
  const data = blob.data ?? new Uint8Array();
  if (rate === undefined || data.length % 2 !== 0) return undefined;
  return { rate, samples: toSamples(data) };
}

function readRate(mimeType: string): number | undefined {
  const [type = "", ...parameters] = mimeType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (type !== "audio/pcm") return undefined;
  const rate = parameters.find((parameter) => parameter.startsWith("rate="));
  if (rate === undefined) return INPUT_RATE;
  const value = Number(rate.slice("rate=".length));
  return Number.isInteger(value) && value >= MIN_RATE && value <= MAX_RATE ? value : undefined;
}

function toSamples(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(i * 2, true));
}

export function samplesToBytes(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [i, sample] of samples.entries()) view.setInt16(i * 2, sample, true);
  return bytes;
}

export function samplesToFloats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

export function durationMs(samples: number, rate: number): number {
  return (samples * 1000) / rate;
}

export function concatSamples(pieces: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

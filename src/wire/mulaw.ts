/** Telephone audio: G.711 µ-law, 8 kHz, mono, one byte for each sample. */

export const phoneSampleRate = 8_000;

/** The byte of silence. Zero is the loudest negative sample and would cause a click. */
export const mulawSilence = 0xff;

const bias = 0x84;
const maxMagnitude = 32_635;

/** Decodes to samples from −1 to 1. */
export const fromMulaw = (bytes: Uint8Array): Float32Array =>
  Float32Array.from(bytes, (byte) => table[byte] ?? 0);

/** @param samples −1 to 1; louder ones are clipped. */
export const toMulaw = (samples: Float32Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(samples, (sample) => encodeSample(Math.round(sample * 32_768)));

/** @param sample PCM16. */
export function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), maxMagnitude) + bias;
  // The position of the highest bit, counted from that of the bias.
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** @returns a sample of PCM16. */
export function decodeSample(byte: number): number {
  const bits = ~byte & 0xff;
  const exponent = (bits >> 4) & 7;
  const magnitude = ((((bits & 0x0f) << 3) + bias) << exponent) - bias;
  return bits & 0x80 ? -magnitude : magnitude;
}

const table = Float32Array.from({ length: 256 }, (_, byte) => decodeSample(byte) / 32_768);

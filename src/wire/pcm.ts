/** Raw audio: mono PCM16 little-endian, 16 kHz towards the model, 24 kHz from it. */

export const micSampleRate = 16_000;
export const speakerSampleRate = 24_000;

/** How long PCM16 lasts, in ms. */
export const durationMs = (bytes: number, rate: number): number => (bytes / 2 / rate) * 1000;

/** The rate of "audio/pcm;rate=16000"; the microphone's when none is given; undefined when it is not PCM. */
export function parsePcmRate(mimeType: string): number | undefined {
  const [type, ...parameters] = mimeType.split(";").map((part) => part.trim().toLowerCase());
  if (type !== "audio/pcm") return undefined;
  const rate = parameters.find((parameter) => parameter.startsWith("rate="));
  if (rate === undefined) return micSampleRate;
  const hertz = Number(rate.slice("rate=".length));
  return Number.isInteger(hertz) && hertz >= 4_000 && hertz <= 192_000 ? hertz : undefined;
}

/** Root mean square of PCM16, 0 to 1. Reads every fourth sample, which suffices to tell speech from silence. */
export function rmsLoudness(pcm: Uint8Array): number {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength & ~1);
  let sum = 0;
  let count = 0;
  for (let at = 0; at < view.byteLength; at += 8, count++)
    sum += (view.getInt16(at, true) / 32_768) ** 2;
  return count === 0 ? 0 : Math.sqrt(sum / count);
}

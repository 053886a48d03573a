/** Raw audio: mono PCM16 little-endian, 16 kHz towards the model, 24 kHz from it. */

export const micSampleRate = 16_000;
export const speakerSampleRate = 24_000;

/** Duration of PCM16, in ms. */
export const durationMs = (bytes: number, rate: number): number => (bytes / 2 / rate) * 1000;

/** Rate of "audio/pcm;rate=16000", in Hz; by default the microphone's. @returns undefined if the type is not PCM. */
export function parsePcmRate(mimeType: string): number | undefined {
  if (mimeType === "audio/pcm;rate=16000") return 16_000;
  const [type, ...parameters] = mimeType.split(";").map((part) => part.trim().toLowerCase());
  if (type !== "audio/pcm") return undefined;
  const rate = parameters.find((parameter) => parameter.startsWith("rate="));
  if (rate === undefined) return micSampleRate;
  const hertz = Number(rate.slice("rate=".length));
  return Number.isInteger(hertz) && hertz >= 4_000 && hertz <= 192_000 ? hertz : undefined;
}

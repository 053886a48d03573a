/** Synthesizes text in one of Gemini's voices: PCM16 at 24 kHz, the output rate of the Live API. */
import { resample } from "../../core/speech/resampler.ts";
import type { Flite } from "./flite.ts";
import { findLocalVoice } from "./voices.ts";

const OUTPUT_RATE = 24_000;
/** The silence left around a sentence, seconds: no delay before it, a breath after it. */
const silenceSeconds = { before: 0.04, after: 0.25 };
/** Samples below this magnitude count as silence. */
const SILENCE_LEVEL = 200;

/** @param text normalized (see normalize-text.ts), not empty. */
export async function synthesize(
  flite: Flite,
  text: string,
  name: string,
): Promise<Int16Array<ArrayBuffer>> {
  const { base, shift, pace, pitch } = findLocalVoice(name);
  const { samples, rate } = await flite.synthesize(text, {
    voice: base,
    // Resampling raises pitch and shortens speech; only the pitch shift is wanted.
    stretch: shift / pace,
    ...(pitch === undefined ? {} : { pitch: Math.round(pitch / shift) }),
  });
  return trimSilence(resample(samples, rate * shift, OUTPUT_RATE));
}

function trimSilence(samples: Int16Array): Int16Array<ArrayBuffer> {
  const isLoud = (sample: number) => Math.abs(sample) > SILENCE_LEVEL;
  const from = Math.max(0, samples.findIndex(isLoud) - silenceSeconds.before * OUTPUT_RATE);
  const to = samples.findLastIndex(isLoud) + 1;
  const trimmed = new Int16Array(to - from + silenceSeconds.after * OUTPUT_RATE);
  trimmed.set(samples.subarray(from, Math.min(samples.length, from + trimmed.length)));
  return trimmed;
}

/** Says a sentence in one of Gemini's voices: PCM16 at 24 kHz, the rate the Live API speaks at. */
import { resample } from "../../core/speech/resampler.ts";
import type { Flite } from "./flite.ts";
import { findLocalVoice } from "./voices.ts";

const outputRate = 24_000;
/** What is left of the silence around a sentence, in seconds: none to wait for, a pause to breathe. */
const pause = { before: 0.04, after: 0.25 };
/** Below this a sample counts as silence. */
const quiet = 200;

/** @param text what Flite can read (see readable.ts), not empty. */
export async function synthesize(
  flite: Flite,
  text: string,
  name: string,
): Promise<Int16Array<ArrayBuffer>> {
  const { base, shift, pace, pitch } = findLocalVoice(name);
  const { samples, rate } = await flite.synthesize(text, {
    voice: base,
    // Played faster, speech is higher and shorter; only the higher is wanted.
    stretch: shift / pace,
    ...(pitch === undefined ? {} : { pitch: Math.round(pitch / shift) }),
  });
  return trimSilence(resample(samples, rate * shift, outputRate));
}

function trimSilence(samples: Int16Array): Int16Array<ArrayBuffer> {
  const isLoud = (sample: number) => Math.abs(sample) > quiet;
  const from = Math.max(0, samples.findIndex(isLoud) - pause.before * outputRate);
  const to = samples.findLastIndex(isLoud) + 1;
  const framed = new Int16Array(to - from + pause.after * outputRate);
  framed.set(samples.subarray(from, Math.min(samples.length, from + framed.length)));
  return framed;
}

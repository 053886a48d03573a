/**
 * Buffers the audio of an utterance with a short lead-in, trimmed for the recognizer.
 *
 * The recognizer hears something else where the same speech begins some ms later: "Who are you?" becomes "To my youth".
 * The detector knows the speech by its windows of 32 ms only, so the cut is found by the sound itself:
 *
 *     windows   │   margin   │  padding   │ speech │  padding   │
 *     sound                         ▁▃▆▇▆▄▅▆▅▃▁
 *     trimmed               └ 70 ms ┘           └ 70 ms ┘
 */
import { concatSamples } from "./pcm.ts";

/** Windows around the detected speech in which its sound may begin and end: 96 ms. */
const PADDING = 3;
/** Kept around the sound, in samples: 70 ms. Recognizers miss short words in long silences. */
const marginSamples = 1_120;
/** Windows before the padding that hold such a margin. */
const MARGIN = 3;
/** Speech is louder than this share of its loudest moment, in amplitude. */
const loudShare = 0.05;
/** A moment, in samples: 5 ms. */
const momentSamples = 80;
/** Windows kept before an utterance: enough for the slowest start (2 s). */
const LEAD_IN = 63;
/** One minute. A longer utterance keeps its end, because a question ends with the question. */
const MAX_WINDOWS = 1_875;

export class UtteranceBuffer {
  #windows: Int16Array[] = [];
  /** Indexes in `#windows` of the first speech and just past the last. */
  #speechStart: number | undefined;
  #speechEnd = 0;

  /** @param inUtterance false: the window may only become the lead-in. */
  push(window: Int16Array, speech: boolean, inUtterance: boolean): void {
    this.#windows.push(window);
    if (speech) {
      this.#speechStart ??= this.#windows.length - 1;
      this.#speechEnd = this.#windows.length;
    }
    const limit = inUtterance ? MAX_WINDOWS : LEAD_IN;
    if (this.#windows.length > limit) this.#drop(this.#windows.length - limit);
  }

  /** The supposed speech was noise: the next speech starts anew. */
  retract(): void {
    this.#speechStart = undefined;
  }

  /**
   * From just before the first speech to just after the last; empty without speech. In noise, where the sound has no
   * beginning or end, that side is cut at a window.
   */
  trimmed(): Int16Array {
    if (this.#speechStart === undefined) return new Int16Array();
    const first = Math.max(0, this.#speechStart - PADDING);
    const before = concatSamples(this.#windows.slice(Math.max(0, first - MARGIN), first));
    const padded = concatSamples(this.#windows.slice(first, this.#speechEnd + PADDING));
    const sound = soundIn(padded);
    const start = sound.start === 0 ? 0 : sound.start - marginSamples;
    return concatSamples([
      before.subarray(start < 0 ? Math.max(0, before.length + start) : before.length),
      padded.subarray(Math.max(0, start), sound.end + marginSamples),
    ]);
  }

  /** Starts the next utterance; the last windows stay as its lead-in. */
  reset(): void {
    this.#windows = this.#windows.slice(-PADDING - MARGIN);
    this.#speechStart = undefined;
    this.#speechEnd = 0;
  }

  #drop(count: number): void {
    this.#windows.splice(0, count);
    this.#speechEnd = Math.max(0, this.#speechEnd - count);
    if (this.#speechStart !== undefined) this.#speechStart = Math.max(0, this.#speechStart - count);
  }
}

/** Where the sound begins and just past its end, in samples. */
function soundIn(samples: Int16Array): { readonly start: number; readonly end: number } {
  const energies = energiesOf(samples);
  const quietest = loudShare ** 2 * energies.reduce((most, each) => Math.max(most, each), 0);
  const isLoud = (energy: number): boolean => energy > quietest;
  const start = energies.findIndex(isLoud);
  // Without any sound no moment is louder than another.
  return start < 0
    ? { start: 0, end: samples.length }
    : { start, end: energies.findLastIndex(isLoud) + momentSamples };
}

/** The energy of the moment that begins at each sample. */
function energiesOf(samples: Int16Array): Float64Array {
  const energies = new Float64Array(Math.max(0, samples.length - momentSamples + 1));
  let energy = 0;
  for (const [at, sample] of samples.entries()) {
    energy += sample ** 2 - (samples[at - momentSamples] ?? 0) ** 2;
    if (at >= momentSamples - 1) energies[at - momentSamples + 1] = energy;
  }
  return energies;
}

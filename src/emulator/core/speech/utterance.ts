/** The audio of what is being said: a short run-up before anybody speaks, then all of it, trimmed for the recogniser. */
import { concatSamples } from "./pcm.ts";

/** Windows kept around the speech: 96 ms. Recognisers miss short words in long silences. */
const PAD = 3;
/** Windows remembered while nobody speaks: enough for the slowest start (2 s). */
const RUN_UP = 63;
/** The longest utterance kept, in windows: a minute. Of a longer one the end is kept: questions end with the question. */
const LONGEST = 1_875;

export class UtteranceBuffer {
  #windows: Int16Array[] = [];
  /** Index in `#windows` of the first speech of this utterance, and just past the last. */
  #first: number | undefined;
  #last = 0;

  /** @param kept whether everything from here is part of an utterance, or only its possible run-up. */
  push(window: Int16Array, speech: boolean, kept: boolean): void {
    this.#windows.push(window);
    if (speech) {
      this.#first ??= this.#windows.length - 1;
      this.#last = this.#windows.length;
    }
    const bound = kept ? LONGEST : RUN_UP;
    if (this.#windows.length > bound) this.#drop(this.#windows.length - bound);
  }

  /** What looked like speech was none: the next speech begins anew. */
  retract(): void {
    this.#first = undefined;
  }

  /** From just before the first speech to just after the last; empty when there was none. */
  trimmed(): Int16Array {
    if (this.#first === undefined) return new Int16Array();
    return concatSamples(this.#windows.slice(Math.max(0, this.#first - PAD), this.#last + PAD));
  }

  /** Begins the next one; what was heard last stays as its run-up. */
  reset(): void {
    this.#windows = this.#windows.slice(-PAD);
    this.#first = undefined;
    this.#last = 0;
  }

  #drop(count: number): void {
    this.#windows.splice(0, count);
    this.#last = Math.max(0, this.#last - count);
    if (this.#first !== undefined) this.#first = Math.max(0, this.#first - count);
  }
}

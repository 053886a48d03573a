/** Buffers the audio of an utterance with a short lead-in, trimmed for the recognizer. */
import { concatSamples } from "./pcm.ts";

/** Windows around the speech: 96 ms. Recognizers miss short words in long silences. */
const PADDING = 3;
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

  /** From just before the first speech to just after the last; empty without speech. */
  trimmed(): Int16Array {
    if (this.#speechStart === undefined) return new Int16Array();
    return concatSamples(
      this.#windows.slice(Math.max(0, this.#speechStart - PADDING), this.#speechEnd + PADDING),
    );
  }

  /** Starts the next utterance; the last windows stay as its lead-in. */
  reset(): void {
    this.#windows = this.#windows.slice(-PADDING);
    this.#speechStart = undefined;
    this.#speechEnd = 0;
  }

  #drop(count: number): void {
    this.#windows.splice(0, count);
    this.#speechEnd = Math.max(0, this.#speechEnd - count);
    if (this.#speechStart !== undefined) this.#speechStart = Math.max(0, this.#speechStart - count);
  }
}

/** Tells what somebody has said so far, while they still speak: recognised every so often, one at a time. */
import { WINDOW_MS } from "./vad.ts";
import type { SpeechStream } from "../ports.ts";

export interface InterimTranscriptsContext {
  /** How much audio passes between two tries, ms; undefined: nobody wants to know. */
  readonly everyMs: number | undefined;
  readonly hearing: SpeechStream;
  /** @param words all of them so far. */
  sendTranscript(words: string): void;
  failed(error: unknown): void;
}

export class InterimTranscripts {
  readonly #to: InterimTranscriptsContext;
  #passedMs = 0;
  /** The try under way. */
  #signal: { aborted: boolean } | undefined;
  #told = "";

  constructor(to: InterimTranscriptsContext) {
    this.#to = to;
  }

  /** Another window of the utterance has passed. */
  windowPassed(utterance: () => Int16Array): void {
    const { everyMs } = this.#to;
    if (everyMs === undefined) return;
    this.#passedMs += WINDOW_MS;
    if (this.#passedMs < everyMs || this.#signal !== undefined) return;
    this.#passedMs = 0;
    const audio = utterance();
    if (audio.length > 0) void this.#try(audio);
  }

  /** The utterance is over: what is not told by now is not. */
  reset(): void {
    if (this.#signal !== undefined) this.#signal.aborted = true;
    this.#signal = undefined;
    this.#passedMs = 0;
    this.#told = "";
  }

  async #try(audio: Int16Array): Promise<void> {
    const signal = { aborted: false };
    this.#signal = signal;
    try {
      const words = (await this.#to.hearing.transcribe(audio, signal)).trim();
      if (signal.aborted || words === "" || words === this.#told) return;
      this.#told = words;
      this.#to.sendTranscript(words);
    } catch (error) {
      if (!signal.aborted) this.#to.failed(error);
    } finally {
      if (this.#signal === signal) this.#signal = undefined;
    }
  }
}

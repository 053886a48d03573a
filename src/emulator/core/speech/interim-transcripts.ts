/** Transcribes an utterance repeatedly while the user speaks, one recognition at a time. */
import { WINDOW_MS } from "./vad.ts";
import type { SpeechStream } from "../ports.ts";

interface InterimTranscriptsContext {
  /** Audio between two recognitions, ms; undefined disables them. */
  readonly intervalMs: number | undefined;
  readonly stream: SpeechStream;
  /** @param transcript the whole utterance so far. */
  sendTranscript(transcript: string): void;
  failed(error: unknown): void;
}

export class InterimTranscripts {
  readonly #context: InterimTranscriptsContext;
  #passedMs = 0;
  /** Of the recognition in progress. */
  #signal: { aborted: boolean } | undefined;
  #lastTranscript = "";

  constructor(context: InterimTranscriptsContext) {
    this.#context = context;
  }

  /** Called for each window of the utterance. */
  windowPassed(utterance: () => Int16Array): void {
    const { intervalMs } = this.#context;
    if (intervalMs === undefined) return;
    this.#passedMs += WINDOW_MS;
    if (this.#passedMs < intervalMs || this.#signal !== undefined) return;
    this.#passedMs = 0;
    const audio = utterance();
    if (audio.length > 0) void this.#transcribe(audio);
  }

  /** Ends the utterance: a recognition in progress is dropped. */
  reset(): void {
    if (this.#signal !== undefined) this.#signal.aborted = true;
    this.#signal = undefined;
    this.#passedMs = 0;
    this.#lastTranscript = "";
  }

  async #transcribe(audio: Int16Array): Promise<void> {
    const signal = { aborted: false };
    this.#signal = signal;
    try {
      const transcript = (await this.#context.stream.transcribe(audio, signal)).trim();
      if (signal.aborted || transcript === "" || transcript === this.#lastTranscript) return;
      this.#lastTranscript = transcript;
      this.#context.sendTranscript(transcript);
    } catch (error) {
      if (!signal.aborted) this.#context.failed(error);
    } finally {
      if (this.#signal === signal) this.#signal = undefined;
    }
  }
}

/**
 * Where the user's speech begins and ends, by the probability that each piece of audio is speech.
 *
 *             likely            speech for 96 ms
 *     quiet ─────────▶ onset ──────────────────────▶ speech
 *       ▲                │ unlikely                     │
 *       └────────────────┴──────────────────────────────┘ unlikely for 700 ms
 *
 * Time is counted in audio: no clock is read.
 */

/** Speech is likely from the first probability on, and unlikely below the second. */
const [likely, unlikely] = [0.5, 0.35];
/** Shorter sounds are clicks and coughs, in ms. */
const startMs = 96;
/** A pause between two words is shorter, in ms. */
const endMs = 700;

/** `onset`: perhaps speech. `start`, `end`: of an activity. `false`: the onset was none. */
type SpeechChange = "onset" | "false" | "start" | "end";

export class SpeechDetector {
  #state: "quiet" | "onset" | "speech" = "quiet";
  #likelyMs = 0;
  #unlikelyMs = 0;

  get isSpeech(): boolean {
    return this.#state === "speech";
  }

  /** @param probability 0 to 1. @param ms duration of the piece. */
  hear(probability: number, ms: number): SpeechChange | undefined {
    if (probability >= likely) return this.#hearSpeech(ms);
    if (probability >= unlikely && this.#state !== "quiet") return undefined;
    return this.#hearSilence(ms);
  }

  /** The stream is over. */
  reset(): void {
    this.#state = "quiet";
    this.#likelyMs = this.#unlikelyMs = 0;
  }

  #hearSpeech(ms: number): SpeechChange | undefined {
    this.#likelyMs += ms;
    this.#unlikelyMs = 0;
    if (this.#state === "speech") return undefined;
    if (this.#likelyMs >= startMs) {
      this.#state = "speech";
      return "start";
    }
    if (this.#state === "onset") return undefined;
    this.#state = "onset";
    return "onset";
  }

  #hearSilence(ms: number): SpeechChange | undefined {
    this.#unlikelyMs += ms;
    if (this.#state === "quiet") return undefined;
    if (this.#state === "speech" && this.#unlikelyMs < endMs) return undefined;
    const change = this.#state === "speech" ? "end" : "false";
    this.reset();
    return change;
  }
}

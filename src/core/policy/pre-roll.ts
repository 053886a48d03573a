/** The newest audio of a stream that the model does not hear yet: the beginning of a word is soft. */
import type { AudioInput } from "../client-request.ts";
import { FrameRing } from "../frame-ring.ts";

export class PreRoll {
  readonly #ms: number;
  #ring: FrameRing | undefined;
  /** Of the ring, in bytes. */
  #limit = 0;
  /** Of all frames in the ring, in samples per second. */
  #rate = 0;
  #next = 0;

  /** @param ms the duration to keep. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Keeps a copy. The oldest frames make room; audio of another rate begins anew. */
  push({ pcm, rate }: AudioInput): void {
    if (rate !== this.#rate) this.#ring = undefined;
    this.#rate = rate;
    const least = this.#least;
    const limit = pcm.byteLength > least / 2 ? least + 2 * pcm.byteLength : least;
    if (!this.#ring || limit > this.#limit) this.#ring = this.#grown(limit);
    this.#ring.push(pcm, this.#next++, rate);
  }

  /** Frames are kept whole: a long one needs room for itself, and for the one before it. */
  #grown(limit: number): FrameRing {
    const ring = new FrameRing(limit);
    this.#ring?.forEach((pcm, number, rate) => ring.push(pcm, number, rate));
    this.#limit = limit;
    return ring;
  }

  /** Takes all frames, oldest first. */
  take(): readonly AudioInput[] {
    const frames: AudioInput[] = [];
    this.#ring?.forEach((pcm, _, rate) => frames.push({ type: "audio", pcm, rate }));
    this.clear();
    return frames;
  }

  clear(): void {
    if (this.#limit > this.#least) this.#ring = undefined;
    else this.#ring?.clear();
  }

  /** What the duration to keep takes, in bytes. */
  get #least(): number {
    return Math.round((this.#ms * this.#rate) / 500);
  }
}

/** The newest audio of a stream that the model does not hear yet: the beginning of a word is soft. */
import type { AudioInput } from "../client-request.ts";
import { FrameRing } from "../frame-ring.ts";

export class PreRoll {
  readonly #ms: number;
  #ring: FrameRing | undefined;
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
    this.#ring ??= new FrameRing(Math.round((this.#ms * rate) / 500));
    this.#ring.push(pcm, this.#next++, rate);
  }

  /** Takes all frames, oldest first. */
  take(): readonly AudioInput[] {
    const frames: AudioInput[] = [];
    this.#ring?.forEach((pcm, _, rate) => frames.push({ type: "audio", pcm, rate }));
    this.clear();
    return frames;
  }

  clear(): void {
    this.#ring?.clear();
  }
}

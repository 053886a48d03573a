/** Cuts a stream of float samples into equal frames of clamped PCM16, in a fixed set of reused buffers. */

export class Framer {
  readonly #size: number;
  readonly #free: Int16Array<ArrayBuffer>[] = [];
  #frame: Int16Array<ArrayBuffer> | undefined;
  #filled = 0;
  #dropped = 0;

  /**
   * @param size samples per frame
   * @param frames buffers in circulation: a consumer that returns none loses the newest speech
   */
  constructor(size: number, frames: number) {
    this.#size = size;
    for (let i = 0; i < frames; i++) this.#free.push(new Int16Array(size));
  }

  /** Frames lost because no buffer was free. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Takes the first `count` samples. Allocates nothing: it runs on the audio thread.
   * @param emit receives each full frame and owns it until it calls `release`.
   */
  push(samples: Float32Array, count: number, emit: (frame: Int16Array<ArrayBuffer>) => void): void {
    for (let i = 0; i < count; i++) {
      if (this.#filled === 0) this.#frame = this.#free.pop();
      if (this.#frame) this.#frame[this.#filled] = toPcm16(samples[i] ?? 0);
      if (++this.#filled < this.#size) continue;
      this.#filled = 0;
      if (this.#frame) emit(this.#frame);
      else this.#dropped++;
    }
  }

  release(frame: Int16Array<ArrayBuffer>): void {
    if (frame.length === this.#size) this.#free.push(frame);
  }
}

/** Clamps to full scale; NaN becomes silence. */
export function toPcm16(sample: number): number {
  const scaled = Math.round(sample * 32_767);
  if (scaled > 32_767) return 32_767;
  return scaled < -32_768 ? -32_768 : scaled || 0;
}

/** A ring buffer of 16-bit samples with absolute positions: the counts of samples ever written and ever read. */

export class RingBuffer {
  readonly #samples: Int16Array;
  #written = 0;
  #read = 0;

  /** @param capacity in samples, allocated once. */
  constructor(capacity: number) {
    this.#samples = new Int16Array(capacity);
  }

  /** Samples ever written: an absolute position for `skipTo`. */
  get written(): number {
    return this.#written;
  }

  get buffered(): number {
    return this.#written - this.#read;
  }

  /**
   * Appends what fits and drops the rest. It never overwrites: playback stays contiguous.
   * @returns the number of samples taken.
   */
  write(samples: Int16Array): number {
    const capacity = this.#samples.length;
    const taken = Math.min(samples.length, capacity - this.buffered);
    const index = this.#written % capacity;
    const first = Math.min(taken, capacity - index);
    this.#samples.set(samples.subarray(0, first), index);
    if (taken > first) this.#samples.set(samples.subarray(first, taken), 0);
    this.#written += taken;
    return taken;
  }

  /**
   * Moves up to `out.length` samples to `out`, as floats in [-1, 1). Allocates nothing.
   * @returns the number of samples moved.
   */
  read(out: Float32Array): number {
    const capacity = this.#samples.length;
    const count = Math.min(out.length, this.buffered);
    let index = this.#read % capacity;
    for (let i = 0; i < count; i++) {
      out[i] = (this.#samples[index] ?? 0) / 32_768;
      index = index + 1 === capacity ? 0 : index + 1;
    }
    this.#read += count;
    return count;
  }

  /** Drops the samples before `position`. Never moves backwards. */
  skipTo(position: number): void {
    this.#read = Math.min(this.#written, Math.max(this.#read, position));
  }
}

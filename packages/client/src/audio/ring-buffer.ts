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

  /** Samples ever read: the absolute position of the next one. */
  get position(): number {
    return this.#read;
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
   * The sample at an absolute position, as a float in [-1, 1). Samples that were read stay for as long as nothing has been
   * written over them. 0 outside.
   */
  at(position: number): number {
    const capacity = this.#samples.length;
    if (position < 0 || position >= this.#written || position < this.#written - capacity) return 0;
    return (this.#samples[position % capacity] ?? 0) / 32_768;
  }

  /** Moves on to `position`, or to the end. Never moves backwards. */
  skipTo(position: number): void {
    this.#read = Math.min(this.#written, Math.max(this.#read, position));
  }
}

/** A fixed ring of 16-bit samples, addressed by how many were ever written and ever read. */

export class RingBuffer {
  readonly #samples: Int16Array;
  #written = 0;
  #read = 0;

  /** @param capacity in samples; memory is taken once, here. */
  constructor(capacity: number) {
    this.#samples = new Int16Array(capacity);
  }

  /** Samples ever written: a position that stays valid while reading goes on. */
  get written(): number {
    return this.#written;
  }

  get buffered(): number {
    return this.#written - this.#read;
  }

  /**
   * Appends what fits and refuses the rest: what is being played stays in one piece.
   * @returns how many samples were taken.
   */
  write(samples: Int16Array): number {
    const capacity = this.#samples.length;
    const taken = Math.min(samples.length, capacity - this.buffered);
    const at = this.#written % capacity;
    const first = Math.min(taken, capacity - at);
    this.#samples.set(samples.subarray(0, first), at);
    if (taken > first) this.#samples.set(samples.subarray(first, taken), 0);
    this.#written += taken;
    return taken;
  }

  /**
   * Moves up to `out.length` samples out as floats in [-1, 1); allocates nothing.
   * @returns how many were there.
   */
  read(out: Float32Array): number {
    const capacity = this.#samples.length;
    const count = Math.min(out.length, this.buffered);
    let at = this.#read % capacity;
    for (let i = 0; i < count; i++) {
      out[i] = (this.#samples[at] ?? 0) / 32_768;
      at = at + 1 === capacity ? 0 : at + 1;
    }
    this.#read += count;
    return count;
  }

  /** Forgets everything written before `position`; never goes back. */
  skipTo(position: number): void {
    this.#read = Math.min(this.#written, Math.max(this.#read, position));
  }
}

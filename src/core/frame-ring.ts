/**
 * Frames in the order in which they came. Their bytes lie in one block of memory outside the garbage-collected heap, which
 * a frame that is kept does not burden. The block grows with the frames, up to the limit.
 */

/** @param number of the frame. @param detail what was pushed with it. */
type Visit = (frame: Uint8Array<ArrayBuffer>, number: number, detail: number) => void;

/** The first block: one second of microphone audio. */
const leastBytes = 32 * 1024;
const leastFrames = 64;
/** Numbers for each frame: its own, its length in bytes, its detail. */
const fields = 3;

export class FrameRing {
  readonly #limit: number;
  #block = new Uint8Array(0);
  /** Offset of the oldest byte. */
  #start = 0;
  #bytes = 0;
  #index = new Uint32Array(0);
  /** Position of the oldest frame in the index, in frames. */
  #first = 0;
  #frames = 0;

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Length of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest frame; undefined if there is none. */
  get oldest(): number | undefined {
    return this.#frames > 0 ? this.#index[this.#first * fields] : undefined;
  }

  /**
   * Keeps a copy of a frame. The oldest frames make room. A frame that is empty, or longer than the limit, is not kept.
   * @param number greater than those of the frames before it. @param detail unsigned, of 32 bits.
   */
  push(frame: Uint8Array, number: number, detail: number): void {
    const { byteLength } = frame;
    while (this.#frames > 0 && this.#bytes + byteLength > this.#limit) this.dropOldest();
    if (byteLength === 0 || byteLength > this.#limit) return;
    if (this.#bytes + byteLength > this.#block.byteLength) this.#growBlock(byteLength);
    if (this.#frames * fields === this.#index.length) this.#growIndex();
    this.#write(frame);
    const at = this.#slot(this.#frames++);
    this.#index[at] = number;
    this.#index[at + 1] = byteLength;
    this.#index[at + 2] = detail;
  }

  /** Call it only while there is a frame. */
  dropOldest(): void {
    const length = this.#index[this.#slot(0) + 1] ?? 0;
    this.#start = (this.#start + length) % this.#block.byteLength;
    this.#bytes -= length;
    this.#first = this.#slot(1) / fields;
    this.#frames--;
  }

  /** Drops the frames with smaller numbers. */
  dropBefore(number: number): void {
    while ((this.oldest ?? number) < number) this.dropOldest();
  }

  /** Each frame, oldest first, as a copy. */
  forEach(visit: Visit): void {
    let from = this.#start;
    for (let frame = 0; frame < this.#frames; frame++) {
      const at = this.#slot(frame);
      const length = this.#index[at + 1] ?? 0;
      visit(this.#read(from, length), this.#index[at] ?? 0, this.#index[at + 2] ?? 0);
      from = (from + length) % this.#block.byteLength;
    }
  }

  clear(): void {
    this.#start = 0;
    this.#bytes = 0;
    this.#first = 0;
    this.#frames = 0;
  }

  /** Offset in the index. @param frame counted from the oldest. */
  #slot(frame: number): number {
    return ((this.#first + frame) * fields) % this.#index.length;
  }

  #write(frame: Uint8Array): void {
    const { byteLength: size } = this.#block;
    const end = (this.#start + this.#bytes) % size;
    const left = size - end;
    if (frame.byteLength <= left) this.#block.set(frame, end);
    else {
      this.#block.set(frame.subarray(0, left), end);
      this.#block.set(frame.subarray(left), 0);
    }
    this.#bytes += frame.byteLength;
  }

  #read(from: number, length: number): Uint8Array<ArrayBuffer> {
    const frame = new Uint8Array(length);
    const whole = this.#block.subarray(from, from + length);
    frame.set(whole);
    frame.set(this.#block.subarray(0, length - whole.byteLength), whole.byteLength);
    return frame;
  }

  /** The old block's memory is free at once: it waits for no collection. */
  #growBlock(more: number): void {
    const before = this.#block.byteLength;
    let size = Math.max(leastBytes, before);
    while (size < this.#bytes + more) size *= 2;
    size = Math.min(size, this.#limit);
    this.#block = new Uint8Array(this.#block.buffer.transfer(size));
    if (this.#start + this.#bytes <= before) return;
    // The frames go on at the beginning of the block: their first part moves to its new end.
    this.#block.copyWithin(size - (before - this.#start), this.#start, before);
    this.#start += size - before;
  }

  #growIndex(): void {
    const before = this.#index;
    const split = this.#first * fields;
    this.#index = new Uint32Array(Math.max(leastFrames * fields, before.length * 2));
    this.#index.set(before.subarray(split));
    this.#index.set(before.subarray(0, split), before.length - split);
    this.#first = 0;
  }
}

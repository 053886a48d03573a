/**
 * Frames, and rows of numbers, in the order in which they came. They lie in one block of memory outside the
 * garbage-collected heap, which a frame that is kept does not burden. The block grows with them.
 */

/** @param number of the frame. @param detail what was pushed with it. */
type Visit = (frame: Uint8Array<ArrayBuffer>, number: number, detail: number) => void;

/** The first block: one second of microphone audio. */
const leastBytes = 32 * 1024;
/** Fields of a frame's row. */
const [numberField, lengthField, detailField] = [0, 1, 2] as const;

/** The newest frames, up to a limit in bytes. */
export class FrameRing {
  readonly #limit: number;
  #block = new Uint8Array(0);
  /** Offset of the oldest byte. */
  #start = 0;
  #bytes = 0;
  readonly #rows = new NumberRing(3);

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
    return this.#rows.length > 0 ? this.#rows.at(0, numberField) : undefined;
  }

  /**
   * Keeps a copy of a frame. The oldest frames make room. A frame that is empty, or longer than the limit, is not kept.
   * @param number greater than those of the frames before it.
   */
  push(frame: Uint8Array, number: number, detail: number): void {
    const { byteLength } = frame;
    while (this.#rows.length > 0 && this.#bytes + byteLength > this.#limit) this.dropOldest();
    if (byteLength === 0 || byteLength > this.#limit) return;
    if (this.#bytes + byteLength > this.#block.byteLength) this.#growBlock(byteLength);
    this.#write(frame);
    this.#rows.push(number, byteLength, detail);
  }

  /** Call it only while there is a frame. */
  dropOldest(): void {
    const length = this.#oldestBytes;
    this.#start = (this.#start + length) % this.#block.byteLength;
    this.#bytes -= length;
    this.#rows.dropOldest();
  }

  /** Drops the frames with smaller numbers. */
  dropBefore(number: number): void {
    while ((this.oldest ?? number) < number) this.dropOldest();
  }

  /** Each frame, oldest first, as a copy. */
  forEach(visit: Visit): void {
    let from = this.#start;
    for (let row = 0; row < this.#rows.length; row++) {
      const length = this.#rows.at(row, lengthField);
      const frame = this.#read(from, length);
      visit(frame, this.#rows.at(row, numberField), this.#rows.at(row, detailField));
      from = (from + length) % this.#block.byteLength;
    }
  }

  clear(): void {
    this.#start = 0;
    this.#bytes = 0;
    this.#rows.clear();
  }

  /** Length of the oldest frame; 0 if there is none. */
  get #oldestBytes(): number {
    return this.#rows.length > 0 ? this.#rows.at(0, lengthField) : 0;
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
}

const leastRows = 32;

/** Rows of numbers, in the order in which they came. */
export class NumberRing {
  /** Numbers in a row. */
  readonly #fields: number;
  #block = new Float64Array(0);
  /** Position of the oldest row in the block, in rows. */
  #first = 0;
  #rows = 0;

  /** @param fields numbers in a row, four at most. */
  constructor(fields: number) {
    this.#fields = fields;
  }

  get length(): number {
    return this.#rows;
  }

  push(first: number, second = 0, third = 0, fourth = 0): void {
    if (this.#rows * this.#fields === this.#block.length) this.#grow();
    const at = this.#slot(this.#rows++);
    this.#block[at] = first;
    if (this.#fields > 1) this.#block[at + 1] = second;
    if (this.#fields > 2) this.#block[at + 2] = third;
    if (this.#fields > 3) this.#block[at + 3] = fourth;
  }

  /** @param row counted from the oldest; it must be there. */
  at(row: number, field: number): number {
    return this.#block[this.#slot(row) + field] ?? 0;
  }

  /** Call it only while there is a row. */
  dropOldest(): void {
    this.#first = this.#slot(1) / this.#fields;
    this.#rows--;
  }

  clear(): void {
    this.#first = this.#rows = 0;
  }

  #slot(row: number): number {
    return ((this.#first + row) * this.#fields) % this.#block.length;
  }

  #grow(): void {
    const before = this.#block;
    const split = this.#first * this.#fields;
    this.#block = new Float64Array(Math.max(leastRows * this.#fields, before.length * 2));
    this.#block.set(before.subarray(split));
    this.#block.set(before.subarray(0, split), before.length - split);
    this.#first = 0;
  }
}

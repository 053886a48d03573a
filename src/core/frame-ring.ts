/**
 * Frames, and rows of numbers, in the order in which they came. Their bytes lie outside the garbage-collected heap, which
 * a frame that is kept does not burden.
 *
 *     blocks   ░░░░▓▓▓▓▓▓▓▓ ▓▓▓▓▓▓▓▓▓▓▓▓ ▓▓▓▓▓░░░░░░░
 *              start ┘      a frame may lie in two    └ end
 *
 * Blocks are added and dropped one by one: a ring that grows copies nothing, and one that shrinks frees memory.
 */

/** @param number of the frame. @param detail what was pushed with it. */
type Visit = (frame: Uint8Array<ArrayBuffer>, number: number, detail: number) => void;

/** Half a second of microphone audio. */
const mostBlockBytes = 16 * 1024;
/** Fields of a frame's row. */
const [numberField, lengthField, detailField] = [0, 1, 2] as const;

/** The newest frames, up to a limit in bytes. */
export class FrameRing {
  readonly #limit: number;
  readonly #blockBytes: number;
  /** Oldest first. */
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** A block that is free: a ring at its limit needs one as often as it drops one. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** Offset of the oldest byte in the first block. */
  #start = 0;
  #bytes = 0;
  readonly #rows = new NumberRing(3);

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#blockBytes = Math.min(mostBlockBytes, limit);
  }

  /** Length of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Length of the memory that the frames take. */
  get blockBytes(): number {
    return (this.#blocks.length + (this.#spare ? 1 : 0)) * this.#blockBytes;
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
    this.#write(frame);
    this.#rows.push(number, byteLength, detail);
  }

  /** Call it only while there is a frame. */
  dropOldest(): void {
    const length = this.#rows.at(0, lengthField);
    this.#rows.dropOldest();
    this.#bytes -= length;
    this.#start += length;
    for (; this.#start >= this.#blockBytes; this.#start -= this.#blockBytes)
      this.#spare = this.#blocks.shift();
    if (this.#bytes === 0) this.#start = 0;
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
      from += length;
    }
  }

  clear(): void {
    this.#spare = this.#blocks[0];
    this.#blocks.length = 0;
    this.#start = this.#bytes = 0;
    this.#rows.clear();
  }

  #write(frame: Uint8Array): void {
    for (let written = 0; written < frame.byteLength;) {
      const end = this.#start + this.#bytes;
      const offset = end % this.#blockBytes;
      const part = Math.min(frame.byteLength - written, this.#blockBytes - offset);
      const whole = part === frame.byteLength;
      this.#blockAt(end).set(whole ? frame : frame.subarray(written, written + part), offset);
      this.#bytes += part;
      written += part;
    }
  }

  #read(from: number, length: number): Uint8Array<ArrayBuffer> {
    const frame = new Uint8Array(length);
    for (let read = 0; read < length;) {
      const offset = (from + read) % this.#blockBytes;
      const part = this.#blockAt(from + read).subarray(offset, offset + length - read);
      frame.set(part, read);
      read += part.byteLength;
    }
    return frame;
  }

  /** The block of an offset from the first one's beginning; a new one behind the last. */
  #blockAt(offset: number): Uint8Array<ArrayBuffer> {
    const index = Math.floor(offset / this.#blockBytes);
    const known = this.#blocks[index];
    if (known) return known;
    const block = this.#spare ?? new Uint8Array(this.#blockBytes);
    this.#spare = undefined;
    this.#blocks.push(block);
    return block;
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

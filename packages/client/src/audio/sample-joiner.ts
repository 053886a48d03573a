/** Turns chunks of little-endian PCM16 bytes into samples. A chunk may end within a sample. */

export class SampleJoiner {
  #odd: number | undefined;

  /** @returns the complete samples. A half sample is completed by the next chunk. */
  join(bytes: Uint8Array): Int16Array<ArrayBuffer> {
    if (bytes.length === 0) return new Int16Array(0);
    const carried = this.#odd === undefined ? 0 : 1;
    const total = bytes.length + carried;
    const joined = new Uint8Array(total - (total % 2));
    if (this.#odd !== undefined) joined[0] = this.#odd;
    joined.set(bytes.subarray(0, joined.length - carried), carried);
    this.#odd = total % 2 === 1 ? bytes[bytes.length - 1] : undefined;
    return new Int16Array(joined.buffer);
  }

  /** Drops a half sample, at the end of an utterance. */
  reset(): void {
    this.#odd = undefined;
  }
}

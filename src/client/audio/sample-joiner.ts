/** Little-endian PCM16 bytes into samples, whatever way the sender cut them. */

export class SampleJoiner {
  #odd: number | undefined;

  /** The samples that are complete; half a sample waits for its other half in the next chunk. */
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

  /** Half a sample of an utterance that is over belongs to nothing. */
  reset(): void {
    this.#odd = undefined;
  }
}

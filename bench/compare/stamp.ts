/**
 * Times of sending, carried inside audio, so that its receiver knows how long a frame was under way.
 *
 * All processes of the bench read the same monotonic clock. A stamp lies at a byte offset that is a multiple of three,
 * so that it is a run of whole base64 characters, and never in the first two samples, by which files are told from
 * audio.
 */

/** Offset of the stamp in a frame's PCM, in bytes. */
const offset = 6;
/** Two times of eight bytes, and padding to a multiple of three. */
const stampBytes = 18;
const base64Offset = (offset / 3) * 4;
const base64Length = (stampBytes / 3) * 4;

export interface Stamp {
  /** When the client sent the microphone frame, in µs. */
  readonly client: number;
  /** When the upstream sent its reply, in µs; 0 in microphone frames. */
  readonly upstream: number;
}

/** In µs, of a clock that all processes of this machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** Writes a stamp into PCM. */
export function stampPcm(pcm: Uint8Array, { client, upstream }: Stamp): void {
  const view = new DataView(pcm.buffer, pcm.byteOffset + offset);
  view.setFloat64(0, client);
  view.setFloat64(8, upstream);
}

/** Reads the stamp of PCM. */
export function stampOf(pcm: Uint8Array): Stamp {
  const view = new DataView(pcm.buffer, pcm.byteOffset + offset);
  return { client: view.getFloat64(0), upstream: view.getFloat64(8) };
}

/** Reads the stamp of PCM in base64, of either alphabet, that begins at an index of the text. */
export const stampInBase64 = (text: string, start: number): Stamp =>
  readStamp(
    Buffer.from(text.slice(start + base64Offset, start + base64Offset + base64Length), "base64"),
  );

/** @returns the text with another stamp; the rest of the audio is unchanged. */
export function stampBase64(base64: string, stamp: Stamp): string {
  const bytes = Buffer.alloc(stampBytes);
  bytes.writeDoubleBE(stamp.client, 0);
  bytes.writeDoubleBE(stamp.upstream, 8);
  return (
    base64.slice(0, base64Offset) +
    bytes.toString("base64") +
    base64.slice(base64Offset + base64Length)
  );
}

const readStamp = (bytes: Buffer): Stamp => ({
  client: bytes.readDoubleBE(0),
  upstream: bytes.readDoubleBE(8),
});

/** Loud noise: a silence gate takes it for speech. @param bytes a multiple of two. */
export function noise(bytes: number): Uint8Array {
  const pcm = new Int16Array(bytes / 2);
  let seed = 1;
  for (let i = 0; i < pcm.length; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    pcm[i] = (seed / 2 ** 31 - 0.5) * 20_000;
  }
  return new Uint8Array(pcm.buffer);
}

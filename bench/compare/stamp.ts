/**
 * Times of sending, carried inside audio, so that its receiver knows how long a frame was under way.
 *
 * All processes of the bench read the same monotonic clock. A stamp lies at a byte offset that is a multiple of three,
 * so that it is a run of whole base64 characters, and never in the first two samples, by which files are told from
 * audio.
 */

/** Offset of the stamp in a frame's PCM, in bytes. */
const offset = 6;
/** Two times of eight bytes, and a mark that audio without a stamp does not have. */
const stampBytes = 18;
const mark = 0xb5c3;
const base64Offset = (offset / 3) * 4;
const base64Length = (stampBytes / 3) * 4;

export interface Stamp {
  /** When the client sent the microphone frame, in µs; 0 in audio that answers none. */
  readonly client: number;
  /** When the upstream sent its reply, in µs; 0 in microphone frames; NaN if unknown. */
  readonly upstream: number;
}

/** In µs, of a clock that all processes of this machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** Writes a stamp into PCM. */
export function stampPcm(pcm: Uint8Array, { client, upstream }: Stamp): void {
  const view = new DataView(pcm.buffer, pcm.byteOffset + offset);
  view.setFloat64(0, client);
  view.setFloat64(8, upstream);
  view.setUint16(16, mark);
}

/** Reads the stamp of PCM. @returns undefined if it has none. */
export function stampOf(pcm: Uint8Array): Stamp | undefined {
  if (pcm.byteLength < offset + stampBytes) return undefined;
  const view = new DataView(pcm.buffer, pcm.byteOffset + offset);
  if (view.getUint16(16) !== mark) return undefined;
  return { client: view.getFloat64(0), upstream: view.getFloat64(8) };
}

/** Reads the stamp of PCM in base64, of either alphabet, that begins at an index of the text. */
export const stampInBase64 = (text: string, start: number): Stamp | undefined =>
  stampOf(Buffer.from(text.slice(start, start + base64Offset + base64Length), "base64"));

/** @returns the text with another stamp; the rest of the audio is unchanged. */
export function stampBase64(base64: string, { client, upstream }: Stamp): string {
  const bytes = Buffer.alloc(stampBytes);
  bytes.writeDoubleBE(client, 0);
  bytes.writeDoubleBE(upstream, 8);
  bytes.writeUInt16BE(mark, 16);
  return (
    base64.slice(0, base64Offset) +
    bytes.toString("base64") +
    base64.slice(base64Offset + base64Length)
  );
}

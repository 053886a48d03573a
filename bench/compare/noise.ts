/** Noise, which a silence gate takes for speech, and clicks, which mark a moment in audio that loses its stamps. */
import { nowUs, type Stamp } from "./stamp.ts";

/** A sample above this is part of a click, of PCM16. Codecs make single samples of noise twice as loud. */
const clickLevel = 8_000;

/** Makes so many bytes of mono PCM16. */
export type Sound = (bytes: number) => Uint8Array<ArrayBuffer>;

/**
 * @param bytes a multiple of two.
 * @param peak of PCM16. By default the noise is above −26 dBFS: the relay's silence gate takes a quieter one for background
 *   after thirteen seconds, and leaves it out.
 */
export function noise(bytes: number, peak = 3_500): Uint8Array<ArrayBuffer> {
  const pcm = new Int16Array(bytes / 2);
  let seed = 1;
  for (let i = 0; i < pcm.length; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    pcm[i] = (seed / 2 ** 31 - 0.5) * 2 * peak;
  }
  return new Uint8Array(pcm.buffer);
}

/** A square wave nearly as loud as the noise. @param bytes a multiple of two, of 24 kHz. @param frequency in Hz. */
export function tone(bytes: number, frequency: number): Uint8Array<ArrayBuffer> {
  const half = 24_000 / frequency / 2;
  const pcm = Int16Array.from({ length: bytes / 2 }, (_, at) =>
    Math.floor(at / half) % 2 === 0 ? 1_500 : -1_500,
  );
  return new Uint8Array(pcm.buffer);
}

/** Loud noise. @param bytes a multiple of two. */
export const clickNoise = (bytes: number): Uint8Array<ArrayBuffer> => noise(bytes, 30_000);

export const isClick = (samples: Iterable<number>): boolean => {
  for (const sample of samples) if (Math.abs(sample) > clickLevel) return true;
  return false;
};

/** Frames between two clicks: a second of 20 ms. */
export const clickInterval = 50;
/** The echo of one click may spread over two frames, in µs. */
const spreadUs = 200_000;

/** Times round trips by clicks, for protocols that transcode: a loud frame among quiet ones comes back as one. */
export class Clicks {
  #sent = 0;
  #sentAt = 0;
  #heardAt = 0;

  /** @returns whether the next frame must be a click. */
  next(): boolean {
    if (++this.#sent % clickInterval !== 0) return false;
    this.#sentAt = nowUs();
    return true;
  }

  /** Takes a loud frame that came back. @returns when its click was sent, once for each click. */
  heard(): Stamp | undefined {
    const now = nowUs();
    if (this.#sentAt === 0 || now - this.#heardAt < spreadUs) return undefined;
    this.#heardAt = now;
    return { client: this.#sentAt, upstream: Number.NaN };
  }
}

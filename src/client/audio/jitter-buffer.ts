/**
 * What the loudspeaker hears: a jitter buffer over a ring, one render block at a time.
 *
 *            80 ms are there, or waited for
 *   filling ────────────────────────────────▶ playing
 *      ▲        the ring ran dry, or a cut        │
 *      └──────────────────────────────────────────┘
 *
 * A cut takes effect within the next block: that block fades out, the following one is silent.
 * Nothing here allocates after construction: it runs on the audio thread.
 */
import { RingBuffer } from "./ring-buffer.ts";

export interface JitterBufferSettings {
  /** Samples per second. */
  readonly rate: number;
  /** How much speech can wait to be played; what comes on top is refused. */
  readonly capacitySeconds: number;
  /** How much is gathered before speech starts, and again after it ran dry. */
  readonly prebufferMs: number;
}

/** Start of speech after silence is faded in over this many samples (2.7 ms at 24 kHz). */
const riseSamples = 64;
/** When speech runs dry the last sample decays by this factor per sample: silent in 5 ms, no click. */
const decay = 0.94;

export class JitterBuffer {
  readonly #ring: RingBuffer;
  readonly #prebuffer: number;
  #filling = true;
  #waited = 0;
  #cutAt = 0;
  #risen = 0;
  #last = 0;
  #refused = 0;

  constructor(settings: JitterBufferSettings) {
    this.#ring = new RingBuffer(Math.ceil(settings.rate * settings.capacitySeconds));
    this.#prebuffer = Math.ceil((settings.rate * settings.prebufferMs) / 1000);
  }

  /** True while speech is being played. */
  get playing(): boolean {
    return !this.#filling;
  }

  /** Samples refused because the ring was full. */
  get dropped(): number {
    return this.#refused;
  }

  push(samples: Int16Array): void {
    this.#refused += samples.length - this.#ring.write(samples);
  }

  /** Drops all that was pushed so far; what is pushed later is played. */
  clear(): void {
    this.#cutAt = this.#ring.written;
  }

  /** Fills one block, mono floats in [-1, 1). */
  render(out: Float32Array): void {
    if (this.#cutPending) this.#renderCut(out);
    else if (this.#filling && !this.#ready(out.length)) this.#silence(out, 0);
    else this.#renderSpeech(out);
  }

  get #cutPending(): boolean {
    return this.#ring.written - this.#ring.buffered < this.#cutAt;
  }

  #renderCut(out: Float32Array): void {
    const count = this.#filling ? 0 : this.#ring.read(out);
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) * (1 - i / count);
    this.#last = 0;
    out.fill(0, count);
    this.#ring.skipTo(this.#cutAt);
    this.#fill();
  }

  #renderSpeech(out: Float32Array): void {
    this.#filling = false;
    const count = this.#ring.read(out);
    for (let i = 0; i < count && this.#risen < riseSamples; i++)
      out[i] = (out[i] ?? 0) * (++this.#risen / riseSamples);
    if (count > 0) this.#last = out[count - 1] ?? 0;
    if (count === out.length) return;
    this.#silence(out, count);
    this.#fill();
  }

  /** A short reply that never fills the buffer is played once it has waited as long. */
  #ready(block: number): boolean {
    const buffered = this.#ring.buffered;
    if (buffered === 0) return false;
    this.#waited += block;
    return buffered >= this.#prebuffer || this.#waited > this.#prebuffer;
  }

  #fill(): void {
    this.#filling = true;
    this.#waited = 0;
    this.#risen = 0;
  }

  #silence(out: Float32Array, from: number): void {
    for (let i = from; i < out.length; i++) {
      this.#last = Math.abs(this.#last) < 1e-4 ? 0 : this.#last * decay;
      out[i] = this.#last;
    }
  }
}

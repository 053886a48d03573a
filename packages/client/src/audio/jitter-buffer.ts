/**
 * A jitter buffer over a ring buffer, rendered one block at a time.
 *
 *            80 ms are buffered, or have passed
 *   filling ────────────────────────────────────▶ playing
 *      ▲            underrun, or clear()             │
 *      └─────────────────────────────────────────────┘
 *
 * `clear` takes effect within the next block: that block fades out, and the following one is silent.
 * Nothing allocates after construction: this runs on the audio thread.
 */
import { RingBuffer } from "./ring-buffer.ts";

interface JitterBufferSettings {
  /** Samples per second. */
  readonly rate: number;
  /** Buffered speech beyond this is dropped. */
  readonly capacitySeconds: number;
  /** How much to buffer before playback starts, and again after an underrun. */
  readonly prebufferMs: number;
}

/** Speech after silence fades in over this many samples (2.7 ms at 24 kHz). */
const fadeInSamples = 64;
/** On an underrun the last sample decays by this factor per sample: silent within 5 ms, without a click. */
const decay = 0.94;

export class JitterBuffer {
  readonly #ring: RingBuffer;
  readonly #prebufferSamples: number;
  #filling = true;
  #waitedSamples = 0;
  #clearedUpTo = 0;
  #fadedIn = 0;
  #lastSample = 0;
  #dropped = 0;

  constructor(settings: JitterBufferSettings) {
    this.#ring = new RingBuffer(Math.ceil(settings.rate * settings.capacitySeconds));
    this.#prebufferSamples = Math.ceil((settings.rate * settings.prebufferMs) / 1000);
  }

  /** True while speech is being played. */
  get playing(): boolean {
    return !this.#filling;
  }

  /** Samples dropped because the ring was full. */
  get dropped(): number {
    return this.#dropped;
  }

  push(samples: Int16Array): void {
    this.#dropped += samples.length - this.#ring.write(samples);
  }

  /** Drops everything pushed so far. Later samples are played. */
  clear(): void {
    this.#clearedUpTo = this.#ring.written;
  }

  /** Fills one block, mono floats in [-1, 1). */
  render(out: Float32Array): void {
    if (this.#clearPending) this.#renderFadeOut(out);
    else if (this.#filling && !this.#isReady(out.length)) this.#renderSilence(out, 0);
    else this.#renderSpeech(out);
  }

  get #clearPending(): boolean {
    return this.#ring.written - this.#ring.buffered < this.#clearedUpTo;
  }

  #renderFadeOut(out: Float32Array): void {
    const count = this.#filling ? 0 : this.#ring.read(out);
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) * (1 - i / count);
    this.#lastSample = 0;
    out.fill(0, count);
    this.#ring.skipTo(this.#clearedUpTo);
    this.#startFilling();
  }

  #renderSpeech(out: Float32Array): void {
    this.#filling = false;
    const count = this.#ring.read(out);
    for (let i = 0; i < count && this.#fadedIn < fadeInSamples; i++)
      out[i] = (out[i] ?? 0) * (++this.#fadedIn / fadeInSamples);
    if (count > 0) this.#lastSample = out[count - 1] ?? 0;
    if (count === out.length) return;
    this.#renderSilence(out, count);
    this.#startFilling();
  }

  /** A short reply that never fills the buffer starts after the same delay. */
  #isReady(blockSamples: number): boolean {
    const buffered = this.#ring.buffered;
    if (buffered === 0) return false;
    this.#waitedSamples += blockSamples;
    return buffered >= this.#prebufferSamples || this.#waitedSamples > this.#prebufferSamples;
  }

  #startFilling(): void {
    this.#filling = true;
    this.#waitedSamples = 0;
    this.#fadedIn = 0;
  }

  #renderSilence(out: Float32Array, from: number): void {
    for (let i = from; i < out.length; i++) {
      this.#lastSample = Math.abs(this.#lastSample) < 1e-4 ? 0 : this.#lastSample * decay;
      out[i] = this.#lastSample;
    }
  }
}

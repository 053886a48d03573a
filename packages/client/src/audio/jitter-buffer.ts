/**
 * A jitter buffer over a ring buffer, rendered one block at a time.
 *
 *               the target is buffered, or has passed
 *     filling ─────────────────────────────────────────▶ playing ◀──hold, release──▶ held
 *        ▲   the buffer runs dry, or clear()               │
 *        └─────────────────────────────────────────────────┘
 *
 * The target follows the jitter of the arrivals, 40 to 400 ms. Audio that comes at the pace of real time is played a little
 * faster or slower, so that a difference of two clocks neither empties the buffer nor fills it, and after a stall pauses
 * are shortened until the delay is the target again. Audio that runs ahead, as a model's does, is played as it is.
 *
 * The buffer reads no clock: its time is the count of rendered samples. Nothing allocates after construction: this runs on
 * the audio thread.
 */
import { ArrivalJitter } from "./arrival-jitter.ts";
import { Concealment } from "./concealment.ts";
import { RingBuffer } from "./ring-buffer.ts";

interface JitterBufferSettings {
  /** Samples per second. */
  readonly rate: number;
  /** Buffered speech beyond this is dropped. */
  readonly capacitySeconds: number;
}

/** Speech after silence fades in over this many samples (2.7 ms at 24 kHz), and out over the second number (4 ms). */
const [fadeInSamples, fadeOutSamples] = [64, 96];
/** The most by which playback is faster or slower: a sixth of a semitone. */
const mostCorrection = 0.01;
/** The part of a delay's error that is corrected per second. */
const correctionPerSecond = 0.5;
/** A smaller error is left alone, in ms. */
const deadBandMs = 5;
/** Quieter audio is a pause, of which half may be left out (−46 dBFS). */
const quiet = 0.005;

export class JitterBuffer {
  readonly #rate: number;
  readonly #ring: RingBuffer;
  readonly #jitter: ArrivalJitter;
  readonly #concealment: Concealment;
  /** Samples rendered so far. */
  #now = 0;
  /** Samples pushed so far, and those among them that were dropped. */
  #pushed = 0;
  #dropped = 0;
  #filling = true;
  #held = false;
  /** Time with audio in the buffer since it began to fill, and the most of it. */
  #waited = 0;
  #mostWait = Infinity;
  #lastArrival = 0;
  /** Samples of the latest piece. */
  #piece = 0;
  #clearedUpTo = 0;
  /** The end of the last utterance, as a position of the ring. */
  #endsAt = 0;
  #fadedIn = 0;
  /** Position between two samples, 0 to 1. */
  #phase = 0;
  /** Playback ran dry, and the utterance is not known to be over. */
  #dry = false;
  #gap = 0;
  /** The gaps of the utterance so far that were not made up for. */
  #stalled = 0;
  #underruns = 0;
  #skippedLast = false;

  constructor({ rate, capacitySeconds }: JitterBufferSettings) {
    this.#rate = rate;
    this.#ring = new RingBuffer(Math.ceil(rate * capacitySeconds));
    this.#jitter = new ArrivalJitter(rate);
    this.#concealment = new Concealment(rate);
  }

  /** True while speech is being played, or held in the middle. */
  get playing(): boolean {
    return !this.#filling;
  }

  /** Samples dropped because the ring was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How often playback ran dry within an utterance. */
  get underruns(): number {
    return this.#underruns;
  }

  get targetMs(): number {
    return (this.#jitter.target / this.#rate) * 1000;
  }

  /** How far playback is behind the earliest moment at which the audio could have been heard, in ms. */
  get delayMs(): number {
    return (this.#delay / this.#rate) * 1000;
  }

  push(samples: Int16Array): void {
    const begin = this.#pushed - this.#dropped;
    this.#jitter.arrived(this.#now, begin, samples.length, this.#ring.buffered);
    this.#pushed += samples.length;
    this.#dropped += samples.length - this.#ring.write(samples);
    this.#lastArrival = this.#now;
    this.#piece = samples.length;
  }

  /** The utterance is over: audio that comes later is not late. */
  end(): void {
    this.#endsAt = this.#ring.written;
    this.#jitter.restart();
    this.#dry = false;
    this.#mostWait = Infinity;
    this.#stalled = 0;
  }

  /** Drops everything pushed so far. Later samples are played. */
  clear(): void {
    this.#clearedUpTo = this.#ring.written;
    this.#held = false;
    this.end();
  }

  /** Falls silent and keeps what is buffered, and what comes. */
  hold(): void {
    this.#held = true;
  }

  /** Goes on where it was held. */
  release(): void {
    this.#held = false;
  }

  /** Fills one block, mono floats in [-1, 1). */
  render(out: Float32Array): void {
    this.#now += out.length;
    if (this.#clearPending) this.#renderClear(out);
    else if (this.#held) this.#renderFadeOut(out);
    else if (this.#filling && !this.#isReady(out.length)) this.#renderGap(out, 0);
    else this.#renderSpeech(out);
  }

  get #clearPending(): boolean {
    return this.#ring.position < this.#clearedUpTo;
  }

  get #delay(): number {
    return this.#now - this.#ring.position - this.#jitter.earliest;
  }

  #renderClear(out: Float32Array): void {
    this.#renderFadeOut(out);
    this.#ring.skipTo(this.#clearedUpTo);
    this.#startFilling();
  }

  /** Does not move on: after a hold the same samples are heard again. */
  #renderFadeOut(out: Float32Array): void {
    const gain = this.#fadedIn / fadeInSamples;
    for (let i = 0; i < out.length; i++) {
      const sample = this.#filling ? 0 : this.#ring.at(this.#ring.position + i);
      const value = sample * gain + this.#concealment.next() * (1 - gain);
      out[i] = value * Math.max(0, 1 - (i + 1) / fadeOutSamples);
    }
    this.#fadedIn = 0;
    this.#concealment.stop();
  }

  #renderSpeech(out: Float32Array): void {
    this.#filling = false;
    if (this.#dry) this.#resume();
    if (this.#maySkip(out.length)) this.#skip(out.length);
    const speed = this.#speed;
    let at = 0;
    for (; at < out.length && this.#ring.buffered > 0; at++)
      out[at] = this.#fadeIn(this.#read(speed));
    if (at === out.length) return;
    this.#runDry();
    this.#renderGap(out, at);
  }

  /** One sample, between two of the ring where playback is not at its speed. */
  #read(speed: number): number {
    const { position } = this.#ring;
    const value = this.#phase === 0 ? this.#ring.at(position) : this.#interpolate(position);
    this.#phase += speed;
    const whole = Math.floor(this.#phase);
    this.#phase -= whole;
    this.#ring.skipTo(position + whole);
    return value;
  }

  /** A cubic through four samples (Catmull-Rom). */
  #interpolate(position: number): number {
    const t = this.#phase;
    const [a, b] = [this.#ring.at(position - 1), this.#ring.at(position)];
    const c = this.#ring.buffered > 1 ? this.#ring.at(position + 1) : b;
    const d = this.#ring.buffered > 2 ? this.#ring.at(position + 2) : c;
    const slope = (c - a) / 2;
    const curve = a - 2.5 * b + 2 * c - d / 2;
    return b + t * (slope + t * (curve + (t * (3 * (b - c) + d - a)) / 2));
  }

  /** Blends the fill of a gap, or silence, into speech. */
  #fadeIn(sample: number): number {
    if (this.#fadedIn === fadeInSamples) return sample;
    const gain = ++this.#fadedIn / fadeInSamples;
    return sample * gain + this.#concealment.next() * (1 - gain);
  }

  #renderGap(out: Float32Array, from: number): void {
    for (let i = from; i < out.length; i++) out[i] = this.#concealment.next();
    if (this.#dry) this.#gap += out.length - from;
  }

  /**
   * The gap must not be longer than the stall that caused it: once audio comes again, it may wait for as long as the buffer
   * lasted.
   */
  #runDry(): void {
    this.#concealment.begin(this.#ring, this.#ring.position);
    this.#startFilling();
    this.#gap = 0;
    this.#dry = this.#ring.position > this.#endsAt;
    this.#mostWait = this.#dry ? this.#now - this.#lastArrival : Infinity;
  }

  /** More of the utterance came: the gap was within it. */
  #resume(): void {
    this.#dry = false;
    this.#underruns++;
    this.#stalled += this.#gap;
  }

  /**
   * A short reply that never fills the buffer starts after the same delay. A piece of a source that does not run ahead lasts
   * until the next one is due, and covers no lateness of it: only what is buffered besides does.
   */
  #isReady(blockSamples: number): boolean {
    const { buffered } = this.#ring;
    if (buffered === 0) return false;
    const { target } = this.#jitter;
    this.#waited += blockSamples;
    const isLive = this.#dry || this.#jitter.wasSteady;
    const spare = buffered - (isLive ? this.#piece : 0);
    return spare >= target || this.#waited > Math.min(target, this.#mostWait);
  }

  #startFilling(): void {
    this.#filling = true;
    this.#waited = 0;
    this.#fadedIn = 0;
    this.#phase = 0;
  }

  /** Only audio at the pace of real time has a delay to correct: what runs ahead is meant to wait. */
  get #speed(): number {
    if (!this.#jitter.isSteady) return 1;
    const excess = (this.#delay - this.#jitter.target) / this.#rate;
    if (Math.abs(excess) < deadBandMs / 1000) return 1;
    return 1 + Math.max(-mostCorrection, Math.min(mostCorrection, excess * correctionPerSecond));
  }

  /** After a stall every other block of a pause is left out, until the delay is the target again. */
  #maySkip(count: number): boolean {
    const wasSkipped = this.#skippedLast;
    this.#skippedLast = false;
    if (wasSkipped || this.#stalled < count || !this.#jitter.isSteady) return false;
    if (this.#delay - this.#jitter.target < count || this.#ring.buffered < 3 * count) return false;
    for (let i = 0; i < 2 * count; i++)
      if (Math.abs(this.#ring.at(this.#ring.position + i)) > quiet) return false;
    return true;
  }

  #skip(count: number): void {
    this.#skippedLast = true;
    this.#stalled -= count;
    this.#ring.skipTo(this.#ring.position + count);
  }
}

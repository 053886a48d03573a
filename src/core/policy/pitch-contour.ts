/**
 * The pitch of speech, as cheaply as the end of a phrase needs it: 4,000 samples a second, one look at 40 ms every 20 ms,
 * about 8,000 multiplications each.
 */

/** Samples per second that are looked at: pitch lies below 400 Hz. */
const lookRate = 4_000;
const windowSamples = 160;
const hopSamples = 80;
const hopMs = (hopSamples * 1_000) / lookRate;
/** Periods of 400 and of 70 Hz, in samples. */
const [shortestPeriod, longestPeriod] = [10, 57];
/** Correlation with itself one period later, from which a sound is voiced. Noise stays below 0.5. */
const leastPeriodicity = 0.6;
/** A longer period must fit better by this much: two periods fit as well as one. */
const octaveMargin = 0.03;
/** RMS of PCM16: −50 dBFS. */
const leastLevel = 100;
/** Bins of a distribution, each a quarter of a semitone, from 70 Hz on. */
const binsPerOctave = 48;
const bins = 128;
const lowestHertz = 70;
/** Looks that count as the end of a phrase: 100 ms of voice. */
const endLooks = 5;
/** Voice before a median means something: 200 ms. */
const leastLooks = 10;
/** Voice of a speaker, 40 s, from which what is known of it counts half at the end of a phrase: a voice changes. */
const mostLooks = 2_000;

export class PitchContour {
  readonly #window = new Float64Array(windowSamples);
  /** How many looks found each pitch, in this phrase. */
  readonly #distribution = new Uint16Array(bins);
  /** The same in the speaker's phrases before it. */
  readonly #earlier = new Uint16Array(bins);
  #earlierLooks = 0;
  /** The latest pitches, in octaves above 70 Hz. */
  readonly #latest = new Float64Array(endLooks);
  #filled = 0;
  #looks = 0;
  #sum = 0;
  #summed = 0;
  /** Since the last voiced sound, in ms of audio. */
  #unvoicedMs = Infinity;

  /** Since the last voiced sound, in ms of audio: noise is loud and has none. */
  get unvoicedMs(): number {
    return this.#unvoicedMs;
  }

  /**
   * How far the pitch of the last 100 ms of voice lies above the phrase's median, in octaves: a statement ends with −0.2
   * or less. Zero while there is too little voice.
   */
  get endAboveMedian(): number {
    if (this.#looks < leastLooks) return 0;
    return median(this.#latest) - this.#medianOctave();
  }

  /**
   * The share of the speaker's voice so far, this phrase included, with a pitch below that of the last 100 ms: a
   * statement ends at the bottom of its speaker's range. One while there is too little voice.
   */
  get lowerShare(): number {
    if (this.#looks < leastLooks) return 1;
    const end = binOf(median(this.#latest));
    let lower = this.#looksIn(end) / 2;
    for (let bin = 0; bin < end; bin++) lower += this.#looksIn(bin);
    return lower / (this.#earlierLooks + this.#looks);
  }

  /** @param pcm mono PCM16. @param rate samples per second. */
  hear(pcm: Uint8Array, rate: number): void {
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength & ~1);
    const factor = Math.max(1, Math.round(rate / lookRate));
    for (let at = 0; at < view.byteLength; at += 2) {
      this.#sum += view.getInt16(at, true);
      if (++this.#summed < factor) continue;
      this.#window[this.#filled++] = this.#sum / factor;
      this.#sum = 0;
      this.#summed = 0;
      if (this.#filled === windowSamples) this.#look();
    }
  }

  /** The phrase is over: its pitches are the speaker's from now on. */
  reset(): void {
    this.#earlierLooks += this.#looks;
    const halvings = this.#earlierLooks > mostLooks ? 1 : 0;
    this.#earlierLooks = 0;
    for (let bin = 0; bin < bins; bin++)
      this.#earlierLooks += this.#earlier[bin] = this.#looksIn(bin) >> halvings;
    this.discard();
  }

  /** The audio so far is no phrase. */
  discard(): void {
    if (this.#looks > 0) this.#distribution.fill(0);
    this.#looks = 0;
  }

  /** Another speaker's phrase begins, or has begun. */
  forgetSpeaker(): void {
    this.#earlier.fill(0);
    this.#earlierLooks = 0;
  }

  /** Of the speaker so far. */
  #looksIn(bin: number): number {
    return (this.#earlier[bin] ?? 0) + (this.#distribution[bin] ?? 0);
  }

  #look(): void {
    const octave = pitchOf(this.#window);
    this.#unvoicedMs = octave === undefined ? this.#unvoicedMs + hopMs : 0;
    if (octave !== undefined) {
      this.#latest[this.#looks++ % endLooks] = octave;
      const bin = binOf(octave);
      this.#distribution[bin] = (this.#distribution[bin] ?? 0) + 1;
    }
    this.#window.copyWithin(0, hopSamples);
    this.#filled = windowSamples - hopSamples;
  }

  #medianOctave(): number {
    let left = this.#looks / 2;
    for (let bin = 0; bin < bins; bin++) {
      left -= this.#distribution[bin] ?? 0;
      if (left <= 0) return bin / binsPerOctave;
    }
    return 0;
  }
}

const binOf = (octave: number): number =>
  Math.min(bins - 1, Math.max(0, Math.round(octave * binsPerOctave)));

const median = (values: Float64Array): number => values.toSorted()[values.length >> 1] ?? 0;

/** @returns octaves above 70 Hz; undefined for a sound without pitch. */
function pitchOf(window: Float64Array): number | undefined {
  const mean = window.reduce((sum, value) => sum + value, 0) / windowSamples;
  let energy = 0;
  for (let at = 0; at < windowSamples; at++) {
    const value = (window[at] ?? 0) - mean;
    energy += value * value;
  }
  if (energy < leastLevel * leastLevel * windowSamples) return undefined;
  let best = 0;
  let period = 0;
  for (let lag = shortestPeriod; lag <= longestPeriod; lag++) {
    const fit = periodicity(window, mean, lag);
    if (fit <= best + octaveMargin && !(lag === period + 1 && fit > best)) continue;
    best = fit;
    period = lag;
  }
  if (best < leastPeriodicity) return undefined;
  return Math.log2(lookRate / refined(window, mean, period) / lowestHertz);
}

/** The correlation of a window with itself a lag later, −1 to 1. */
function periodicity(window: Float64Array, mean: number, lag: number): number {
  let [product, first, second] = [0, 0, 0];
  for (let at = 0; at + lag < windowSamples; at++) {
    const one = (window[at] ?? 0) - mean;
    const other = (window[at + lag] ?? 0) - mean;
    product += one * other;
    first += one * one;
    second += other * other;
  }
  return product / Math.sqrt(first * second + 1);
}

/** The vertex of the parabola through the best lag and its neighbours: one sample is a semitone at 250 Hz. */
function refined(window: Float64Array, mean: number, lag: number): number {
  const [before, at, after] = [-1, 0, 1].map((step) => periodicity(window, mean, lag + step));
  const curve = (before ?? 0) - 2 * (at ?? 0) + (after ?? 0);
  const shift = curve < 0 ? ((before ?? 0) - (after ?? 0)) / (2 * curve) : 0;
  return lag + Math.max(-0.5, Math.min(0.5, shift));
}

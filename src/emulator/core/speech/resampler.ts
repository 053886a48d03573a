/** A streaming resampler: any rate to another, with a windowed sinc kept across frames, so that seams cannot be heard. */

/** Zero crossings of the kernel on each side, and how finely it is tabled between two samples. */
const CROSSINGS = 8;
const PHASES = 256;

export class Resampler {
  readonly from: number;
  /** Samples on each side of an output sample that take part in it. */
  readonly reach: number;
  readonly #step: number;
  readonly #kernel: Float32Array;
  /** Samples not yet out of reach, the first of them silence before the beginning. */
  #held: Float32Array;
  /** Where in `#held` the next output sample lies. */
  #at: number;

  constructor(from: number, to: number) {
    this.from = from;
    this.#step = from / to;
    const cutoff = Math.min(1, to / from);
    this.reach = Math.ceil(CROSSINGS / cutoff);
    this.#kernel = tabulate(this.reach, cutoff);
    this.#held = new Float32Array(this.reach);
    this.#at = this.reach;
  }

  /** The next samples at the target rate; the kernel's reach (under 1 ms at 16 kHz) stays behind. */
  push(samples: Int16Array): Int16Array<ArrayBuffer> {
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const out: number[] = [];
    while (this.#at + this.reach < held.length) {
      out.push(clamp(this.#sample(held)));
      this.#at += this.#step;
    }
    const keep = Math.max(0, Math.floor(this.#at) - this.reach);
    this.#held = held.slice(keep);
    this.#at -= keep;
    return Int16Array.from(out);
  }

  #sample(held: Float32Array): number {
    const centre = Math.floor(this.#at);
    const phase = Math.floor((this.#at - centre) * PHASES);
    const taps = this.reach * 2;
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      total += (held[centre - this.reach + 1 + tap] ?? 0) * (this.#kernel[phase * taps + tap] ?? 0);
    }
    return total;
  }
}

/**
 * Resamples a whole recording.
 * @param from its rate in Hz, which may be fractional.
 * @param to the rate of the result in Hz.
 */
export function resample(samples: Int16Array, from: number, to: number): Int16Array<ArrayBuffer> {
  const resampler = new Resampler(from, to);
  const padded = new Int16Array(samples.length + resampler.reach);
  padded.set(samples);
  return resampler.push(padded);
}

/** Row per phase: the kernel's weights for the samples around a point that lies `phase / PHASES` after one. */
function tabulate(reach: number, cutoff: number): Float32Array {
  const taps = reach * 2;
  const kernel = new Float32Array(PHASES * taps);
  for (let phase = 0; phase < PHASES; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - reach + 1 - phase / PHASES;
      kernel[phase * taps + tap] = cutoff * sinc(distance * cutoff) * hann(distance / reach);
    }
  }
  return kernel;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function hann(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * x);
}

function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

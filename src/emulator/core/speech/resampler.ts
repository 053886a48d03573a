/**
 * A streaming resampler between any two rates: a windowed sinc whose state spans frames, so that seams are inaudible.
 */

/** Zero crossings of the kernel on each side, and table entries between two samples. */
const CROSSINGS = 8;
const PHASES = 256;

export class Resampler {
  readonly from: number;
  /** Input samples on each side that contribute to an output sample. */
  readonly reach: number;
  readonly #step: number;
  readonly #kernel: Float32Array;
  /** The samples that the kernel still needs; initially silence before the start. */
  #retained: Float32Array;
  /** Position of the next output sample in `#retained`. */
  #position: number;

  constructor(from: number, to: number) {
    this.from = from;
    this.#step = from / to;
    const cutoff = Math.min(1, to / from);
    this.reach = Math.ceil(CROSSINGS / cutoff);
    this.#kernel = tabulate(this.reach, cutoff);
    this.#retained = new Float32Array(this.reach);
    this.#position = this.reach;
  }

  /**
   * Returns the samples at the target rate; the last ones within the kernel's reach (under 1 ms at 16 kHz) are
   * retained.
   */
  push(samples: Int16Array): Int16Array<ArrayBuffer> {
    const buffer = new Float32Array(this.#retained.length + samples.length);
    buffer.set(this.#retained);
    buffer.set(samples, this.#retained.length);
    const out: number[] = [];
    while (this.#position + this.reach < buffer.length) {
      out.push(clamp(this.#sample(buffer)));
      this.#position += this.#step;
    }
    const dropped = Math.max(0, Math.floor(this.#position) - this.reach);
    this.#retained = buffer.slice(dropped);
    this.#position -= dropped;
    return Int16Array.from(out);
  }

  #sample(buffer: Float32Array): number {
    const centre = Math.floor(this.#position);
    const phase = Math.floor((this.#position - centre) * PHASES);
    const taps = this.reach * 2;
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      total +=
        (buffer[centre - this.reach + 1 + tap] ?? 0) * (this.#kernel[phase * taps + tap] ?? 0);
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

/** One row per phase: the kernel weights around a point `phase / PHASES` after a sample. */
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

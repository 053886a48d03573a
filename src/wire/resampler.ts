/**
 * Sample-rate conversion by a polyphase windowed-sinc filter that keeps its state between blocks.
 *
 * The output rate over the input rate is reduced to `up / down`; each of the `up` phases has its own
 * row of taps, so an output sample costs one dot product. Aliases are some 70 dB down.
 */

/** Zero crossings of the sinc on each side: the quality. */
const crossings = 16;
/** The pass band ends here, as a part of the lower Nyquist frequency; the rest is roll-off. */
const passBand = 0.92;
const kaiserBeta = 7;

export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #taps: number;
  readonly #table: Float32Array;
  readonly #history: Float32Array;
  /** Index of the next input sample. The history is written twice so that a window never wraps. */
  #at = 0;
  /** Position of the next output between two inputs, in 1/up of an input sample. */
  #phase = 0;

  constructor(fromRate: number, toRate: number) {
    const common = greatestCommonDivisor(fromRate, toRate);
    this.#up = toRate / common;
    this.#down = fromRate / common;
    const cutoff = Math.min(1, toRate / fromRate) * passBand;
    this.#taps = fromRate === toRate ? 1 : 2 * Math.ceil(crossings / cutoff);
    this.#table = tapTable(this.#up, this.#taps, cutoff);
    this.#history = new Float32Array(2 * this.#taps);
  }

  /** How many samples `count` inputs can yield at most: the size `out` must have. */
  capacityFor(count: number): number {
    return Math.ceil((count * this.#up) / this.#down) + 1;
  }

  /**
   * Converts a block; allocates nothing.
   * @returns how many samples were written to `out`.
   */
  push(input: Float32Array, out: Float32Array): number {
    let written = 0;
    for (let i = 0; i < input.length; i++) {
      this.#append(input[i] ?? 0);
      for (; this.#phase < this.#up; this.#phase += this.#down) out[written++] = this.#filter();
      this.#phase -= this.#up;
    }
    return written;
  }

  #append(sample: number): void {
    this.#history[this.#at] = sample;
    this.#history[this.#at + this.#taps] = sample;
    this.#at = this.#at + 1 === this.#taps ? 0 : this.#at + 1;
  }

  /** The newest sample meets the row's first tap. */
  #filter(): number {
    const row = this.#phase * this.#taps;
    const newest = this.#at + this.#taps - 1;
    let sum = 0;
    for (let k = 0; k < this.#taps; k++)
      sum += (this.#history[newest - k] ?? 0) * (this.#table[row + k] ?? 0);
    return sum;
  }
}

/** One row of taps per phase, each scaled to unit gain so that a constant stays constant. */
function tapTable(up: number, taps: number, cutoff: number): Float32Array {
  const table = new Float32Array(up * taps);
  if (taps === 1) return table.fill(1);
  for (let phase = 0; phase < up; phase++) {
    const row = table.subarray(phase * taps, (phase + 1) * taps);
    for (let k = 0; k < taps; k++) row[k] = tap(k + phase / up - taps / 2, taps / 2, cutoff);
    const gain = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, k) => (row[k] = value / gain));
  }
  return table;
}

function tap(distance: number, half: number, cutoff: number): number {
  const x = Math.PI * distance * cutoff;
  const sinc = x === 0 ? 1 : Math.sin(x) / x;
  const inside = 1 - (distance / half) ** 2;
  return inside <= 0 ? 0 : sinc * bessel(kaiserBeta * Math.sqrt(inside));
}

/** The modified Bessel function of order zero, which shapes the Kaiser window. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-9 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

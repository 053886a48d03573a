/**
 * Fills a gap with the last period of the voice, fading to silence. No step is larger than those of the voice itself.
 * Nothing allocates after construction: this runs on the audio thread.
 */
import type { RingBuffer } from "./ring-buffer.ts";

/** The range of a voice's pitch, Hz. */
const [lowestPitch, highestPitch] = [80, 400];
/** The whole length of the fill, in ms: longer would sound like a stuck record. */
const lengthMs = 40;
/** A step where the period starts over fades by this factor per sample. */
const stepDecay = 0.98;

export class Concealment {
  readonly #rate: number;
  readonly #period: Float32Array;
  #length = 0;
  #at = Infinity;
  /** Of the last sample of a period to the one before its first: what a repetition would jump by. */
  #step = 0;
  #correction = 0;

  /** @param rate samples per second. */
  constructor(rate: number) {
    this.#rate = rate;
    this.#period = new Float32Array(Math.ceil(rate / lowestPitch));
  }

  /** Begins after the sample before `position`. */
  begin(ring: RingBuffer, position: number): void {
    this.#length = this.#findPeriod(ring, position);
    for (let i = 0; i < this.#length; i++) this.#period[i] = ring.at(position - this.#length + i);
    this.#step = ring.at(position - 1) - ring.at(position - 1 - this.#length);
    this.#correction = 0;
    this.#at = 0;
  }

  stop(): void {
    this.#at = Infinity;
  }

  /** The next sample of the fill; 0 once it is over. */
  next(): number {
    const total = (this.#rate * lengthMs) / 1000;
    if (this.#at >= total) return 0;
    const index = this.#at % this.#length;
    if (index === 0) this.#correction += this.#step;
    const gain = 1 - this.#at / total;
    const value = ((this.#period[index] ?? 0) + this.#correction) * gain;
    this.#correction *= stepDecay;
    this.#at++;
    return value;
  }

  /** The lag at which the last samples are most like those before them. */
  #findPeriod(ring: RingBuffer, position: number): number {
    const longest = this.#period.length;
    let best = longest;
    let bestLikeness = 0;
    for (let lag = Math.floor(this.#rate / highestPitch); lag <= longest; lag++) {
      let product = 0;
      let energy = 1e-9;
      for (let i = 1; i <= longest; i += 2) {
        const earlier = ring.at(position - i - lag);
        product += ring.at(position - i) * earlier;
        energy += earlier * earlier;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness > bestLikeness) [best, bestLikeness] = [lag, likeness];
    }
    return best;
  }
}

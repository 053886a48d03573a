/**
 * How irregularly audio arrives, and so how much of it must wait. All times are in samples of the player's own clock, and
 * nothing allocates after construction: this runs on the audio thread.
 *
 * A piece of audio that arrives at `at` and begins at the position `begin` of the stream has the offset `at - begin`.
 * Lateness is its distance from the smallest offset of the last seconds. An answer that comes faster than real time has
 * ever smaller offsets, and is never late.
 */

/** The bounds of the target, and the target before anything was measured, in ms. */
const [leastTargetMs, firstTargetMs, mostTargetMs] = [40, 80, 400];
/** Buffered beyond the worst lateness, in ms: a block of the sound card, and a block of the page. */
const marginMs = 20;
/** The measured lateness fades by half within as much audio, in seconds. */
const halfLifeSeconds = 45;
/** Offsets are compared over as much time, in seconds. */
const windowSeconds = 5;
/** Pieces in the window: one every 20 ms. */
const windowPieces = 256;
/** Audio at this part of real time, more or less, is a live source. */
const steadyTolerance = 0.08;
/** The pace of a shorter stretch says nothing, in seconds. */
const steadyAfterSeconds = 2;

export class ArrivalJitter {
  readonly #rate: number;
  readonly #times = new Float64Array(windowPieces);
  readonly #begins = new Float64Array(windowPieces);
  #next = 0;
  #count = 0;
  /** The worst lateness of late, in samples. */
  #peak: number;
  #earliest = 0;
  #isSteady = false;
  #isPaceKnown = false;
  #wasSteady = false;

  /** @param rate samples per second. */
  constructor(rate: number) {
    this.#rate = rate;
    this.#peak = this.#samples(firstTargetMs - marginMs);
  }

  /** How much should be buffered before playback starts. */
  get target(): number {
    const wanted = this.#peak + this.#samples(marginMs);
    return Math.min(this.#samples(mostTargetMs), Math.max(this.#samples(leastTargetMs), wanted));
  }

  /** The smallest offset of the last seconds. */
  get earliest(): number {
    return this.#earliest;
  }

  /** Audio comes at the pace at which it is played: from a live source, and not from a model that runs ahead. */
  get isSteady(): boolean {
    return this.#isSteady;
  }

  /** The latest utterance whose pace is known came at the pace at which it is played. */
  get wasSteady(): boolean {
    return this.#wasSteady;
  }

  /** Another utterance: the pause before it is no lateness. What was measured stays valid. */
  restart(): void {
    if (this.#isPaceKnown) this.#wasSteady = this.#isSteady;
    this.#count = 0;
    this.#isSteady = this.#isPaceKnown = false;
  }

  /**
   * @param begin position of the first sample in the stream. @param samples of this piece.
   * @param buffered samples that waited when it came.
   */
  arrived(at: number, begin: number, samples: number, buffered: number): void {
    this.#times[this.#next] = at;
    this.#begins[this.#next] = begin;
    this.#next = (this.#next + 1) % windowPieces;
    this.#count = Math.min(windowPieces, this.#count + 1);
    this.#scan(at);
    this.#peak *= 0.5 ** (samples / (halfLifeSeconds * this.#rate));
    const lateness = at - begin - this.#earliest;
    const most = this.#samples(mostTargetMs);
    // A buffer of the greatest size would not have covered a longer delay: that is a stall, and says nothing of the next.
    if (lateness <= most && buffered < most) this.#peak = Math.max(this.#peak, lateness);
  }

  #scan(now: number): void {
    let earliest = Infinity;
    let oldest = 0;
    for (let age = 1; age <= this.#count; age++) {
      const index = (this.#next - age + windowPieces) % windowPieces;
      const at = this.#times[index] ?? 0;
      if (now - at > windowSeconds * this.#rate) break;
      earliest = Math.min(earliest, at - (this.#begins[index] ?? 0));
      oldest = index;
    }
    this.#earliest = earliest;
    const newest = (this.#next - 1 + windowPieces) % windowPieces;
    const elapsed = now - (this.#times[oldest] ?? 0);
    const received = (this.#begins[newest] ?? 0) - (this.#begins[oldest] ?? 0);
    this.#isPaceKnown = elapsed >= steadyAfterSeconds * this.#rate;
    this.#isSteady = this.#isPaceKnown && Math.abs(received / elapsed - 1) <= steadyTolerance;
  }

  #samples(ms: number): number {
    return (this.#rate * ms) / 1000;
  }
}

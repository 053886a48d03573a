/**
 * What was told not long ago, for those who come back: frames by their `seq`, bounded in age and bytes.
 *
 *      oldest                                              newest
 *     ┌────────────────────────┬──────────────────────────────┐
 *     │ words; places of sound │ words and sound              │
 *     └────────────────────────┴──────────────────────────────┘
 *     floor: all after it is here
 *
 * Sound grows stale first: its place is kept for as long as words are, so that what is missing can be told.
 * It changes in place: it is written to at every frame, and copying it would cost more than sending one.
 */
import type { Frame } from "./outbound-frame.ts";

export interface Told {
  /** Without its data once it is stale. */
  readonly frame: Frame;
  /** In ms. */
  readonly at: number;
  readonly stale: boolean;
}

export const replayRules = {
  soundMs: 10_000,
  soundBytes: 1024 * 1024,
  wordsMs: 60_000,
  wordsBytes: 256 * 1024,
};

/** What is to be said to somebody who comes back. */
export interface Missed {
  readonly frames: readonly Frame[];
  /** Sound that is not among the frames, though nobody interrupted it, in ms. */
  readonly skippedMs: number;
}

export class Replay {
  readonly #told: Told[] = [];
  /** How many of the oldest have no sound any more. */
  #stale = 0;
  #soundBytes = 0;
  #wordsBytes = 0;
  #floor = 0;

  /** Everything after this `seq` is here. */
  get floor(): number {
    return this.#floor;
  }

  /** Oldest first. */
  get all(): readonly Told[] {
    return this.#told;
  }

  tell(frame: Frame, now: number): void {
    this.#told.push({ frame, at: now, stale: false });
    if (isSound(frame)) this.#soundBytes += frame.bytes;
    this.#wordsBytes += placeOf(frame);
    while (this.#isStale(now)) this.#empty();
    while (this.#isOld(now)) this.#drop();
  }

  /** @param seq what they heard last; not below the floor. */
  missed(seq: number): Missed {
    const since = this.#told.filter(({ frame }) => frame.seq > seq);
    const cut = since.findLastIndex(({ frame }) => frame.cuts);
    const kept = since.filter(({ frame }, index) => index > cut || !isSound(frame));
    return {
      frames: kept.flatMap(({ frame, stale }) => (stale ? [] : [frame])),
      skippedMs: kept.reduce((sum, { frame, stale }) => sum + (stale ? frame.soundMs : 0), 0),
    };
  }

  /** Words after `seq`, for somebody who comes late: sound from before they came is not theirs. */
  wordsBetween(seq: number, until: number): Frame[] {
    return this.#told.flatMap(({ frame }) =>
      !isSound(frame) && frame.seq > seq && frame.seq <= until ? [frame] : [],
    );
  }

  #isStale(now: number): boolean {
    const next = this.#told[this.#stale];
    return (
      next !== undefined &&
      (now - next.at > replayRules.soundMs || this.#soundBytes > replayRules.soundBytes)
    );
  }

  #empty(): void {
    const next = this.#told[this.#stale];
    if (next && isSound(next.frame)) {
      this.#told[this.#stale] = { ...next, stale: true, frame: { ...next.frame, data: "" } };
      this.#soundBytes -= next.frame.bytes;
    }
    this.#stale++;
  }

  #isOld(now: number): boolean {
    const [oldest] = this.#told;
    return (
      oldest !== undefined &&
      (now - oldest.at > replayRules.wordsMs || this.#wordsBytes > replayRules.wordsBytes)
    );
  }

  #drop(): void {
    if (this.#stale === 0) this.#empty();
    const oldest = this.#told.shift();
    if (!oldest) return;
    this.#stale--;
    this.#wordsBytes -= placeOf(oldest.frame);
    this.#floor = oldest.frame.seq;
  }
}

const isSound = ({ soundMs }: Frame): boolean => soundMs > 0;

/** What words cost to keep, or the place of a sound, about. */
const placeOf = (frame: Frame): number => (isSound(frame) ? 100 : frame.bytes);

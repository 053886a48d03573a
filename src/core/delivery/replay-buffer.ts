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
import type { OutboundFrame } from "./outbound-frame.ts";

export interface BufferedFrame {
  /** Without its data once it is stale. */
  readonly frame: OutboundFrame;
  /** In ms. */
  readonly sentAt: number;
  readonly stale: boolean;
}

export const replayLimits = {
  maxAudioAgeMs: 10_000,
  maxAudioBytes: 1024 * 1024,
  maxTextAgeMs: 60_000,
  maxTextBytes: 256 * 1024,
};

/** What is to be said to somebody who comes back. */
export interface MissedFrames {
  readonly frames: readonly OutboundFrame[];
  /** Sound that is not among the frames, though nobody interrupted it, in ms. */
  readonly skippedMs: number;
}

export class ReplayBuffer {
  readonly #told: BufferedFrame[] = [];
  /** How many of the oldest have no sound any more. */
  #stale = 0;
  #soundBytes = 0;
  #wordsBytes = 0;
  #floor = 0;

  /** Everything after this `seq` is here. */
  get resumableAfter(): number {
    return this.#floor;
  }

  /** Oldest first. */
  get all(): readonly BufferedFrame[] {
    return this.#told;
  }

  push(frame: OutboundFrame, now: number): void {
    this.#told.push({ frame, sentAt: now, stale: false });
    if (isAudio(frame)) this.#soundBytes += frame.bytes;
    this.#wordsBytes += retainedBytes(frame);
    while (this.#isStale(now)) this.#empty();
    while (this.#isOld(now)) this.#drop();
  }

  /** @param seq what they heard last; not below the floor. */
  missedAfter(seq: number): MissedFrames {
    const since = this.#told.filter(({ frame }) => frame.seq > seq);
    const cut = since.findLastIndex(({ frame }) => frame.interrupts);
    const kept = since.filter(({ frame }, index) => index > cut || !isAudio(frame));
    return {
      frames: kept.flatMap(({ frame, stale }) => (stale ? [] : [frame])),
      skippedMs: kept.reduce((sum, { frame, stale }) => sum + (stale ? frame.audioMs : 0), 0),
    };
  }

  /** Words after `seq`, for somebody who comes late: sound from before they came is not theirs. */
  textBetween(seq: number, until: number): OutboundFrame[] {
    return this.#told.flatMap(({ frame }) =>
      !isAudio(frame) && frame.seq > seq && frame.seq <= until ? [frame] : [],
    );
  }

  #isStale(now: number): boolean {
    const next = this.#told[this.#stale];
    return (
      next !== undefined &&
      (now - next.sentAt > replayLimits.maxAudioAgeMs ||
        this.#soundBytes > replayLimits.maxAudioBytes)
    );
  }

  #empty(): void {
    const next = this.#told[this.#stale];
    if (next && isAudio(next.frame)) {
      this.#told[this.#stale] = { ...next, stale: true, frame: { ...next.frame, data: "" } };
      this.#soundBytes -= next.frame.bytes;
    }
    this.#stale++;
  }

  #isOld(now: number): boolean {
    const [oldest] = this.#told;
    return (
      oldest !== undefined &&
      (now - oldest.sentAt > replayLimits.maxTextAgeMs ||
        this.#wordsBytes > replayLimits.maxTextBytes)
    );
  }

  #drop(): void {
    if (this.#stale === 0) this.#empty();
    const oldest = this.#told.shift();
    if (!oldest) return;
    this.#stale--;
    this.#wordsBytes -= retainedBytes(oldest.frame);
    this.#floor = oldest.frame.seq;
  }
}

const isAudio = ({ audioMs }: OutboundFrame): boolean => audioMs > 0;

/** What words cost to keep, or the place of a sound, about. */
const retainedBytes = (frame: OutboundFrame): number => (isAudio(frame) ? 100 : frame.bytes);

/**
 * Replay buffer of recent outbound frames, for clients that reconnect: by `seq`, bounded in age and bytes.
 *
 *                   oldest                            newest
 *                  ┌─────────────────┬──────────────────────┐
 *                  │ text; the       │ text and audio       │
 *                  │ length of audio │                      │
 *                  └─────────────────┴──────────────────────┘
 *     resumableAfter: all later frames are here
 *
 * Audio grows stale first: its length is kept for as long as text is, so that the client can be told how much it missed.
 * The buffer changes in place: it is written to at every frame, and a copy would cost more than sending the frame.
 */
import type { OutboundFrame } from "./outbound-frame.ts";

interface BufferedFrame {
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

/** Frames for a client that reconnects. */
interface MissedFrames {
  readonly frames: readonly OutboundFrame[];
  /** Audio that is not among the frames and was not interrupted, in ms. */
  readonly skippedMs: number;
}

export class ReplayBuffer {
  readonly #frames: BufferedFrame[] = [];
  /** How many of the oldest have no audio any more. */
  #staleCount = 0;
  #audioBytes = 0;
  #textBytes = 0;
  #resumableAfter = 0;

  /** All frames after this `seq` are here. */
  get resumableAfter(): number {
    return this.#resumableAfter;
  }

  /** Oldest first. */
  get all(): readonly BufferedFrame[] {
    return this.#frames;
  }

  push(frame: OutboundFrame, now: number): void {
    this.#frames.push({ frame, sentAt: now, stale: false });
    if (isAudio(frame)) this.#audioBytes += frame.bytes;
    this.#textBytes += retainedBytes(frame);
    while (this.#isStale(now)) this.#dropAudio();
    while (this.#isOld(now)) this.#dropOldest();
  }

  /** @param seq the last frame that the client got; at least `resumableAfter`. */
  missedAfter(seq: number): MissedFrames {
    const since = this.#frames.filter(({ frame }) => frame.seq > seq);
    const interruption = since.findLastIndex(({ frame }) => frame.interrupts);
    const kept = since.filter(({ frame }, index) => index > interruption || !isAudio(frame));
    return {
      frames: kept.flatMap(({ frame, stale }) => (stale ? [] : [frame])),
      skippedMs: kept.reduce((sum, { frame, stale }) => sum + (stale ? frame.audioMs : 0), 0),
    };
  }

  /** Text after `seq`, for a client that joins: audio from before it joined is not replayed. */
  textBetween(seq: number, until: number): OutboundFrame[] {
    return this.#frames.flatMap(({ frame }) =>
      !isAudio(frame) && frame.seq > seq && frame.seq <= until ? [frame] : [],
    );
  }

  #isStale(now: number): boolean {
    const next = this.#frames[this.#staleCount];
    return (
      next !== undefined &&
      (now - next.sentAt > replayLimits.maxAudioAgeMs ||
        this.#audioBytes > replayLimits.maxAudioBytes)
    );
  }

  #dropAudio(): void {
    const next = this.#frames[this.#staleCount];
    if (next && isAudio(next.frame)) {
      this.#frames[this.#staleCount] = { ...next, stale: true, frame: { ...next.frame, data: "" } };
      this.#audioBytes -= next.frame.bytes;
    }
    this.#staleCount++;
  }

  #isOld(now: number): boolean {
    const [oldest] = this.#frames;
    return (
      oldest !== undefined &&
      (now - oldest.sentAt > replayLimits.maxTextAgeMs ||
        this.#textBytes > replayLimits.maxTextBytes)
    );
  }

  #dropOldest(): void {
    if (this.#staleCount === 0) this.#dropAudio();
    const oldest = this.#frames.shift();
    if (!oldest) return;
    this.#staleCount--;
    this.#textBytes -= retainedBytes(oldest.frame);
    this.#resumableAfter = oldest.frame.seq;
  }
}

const isAudio = ({ audioMs }: OutboundFrame): boolean => audioMs > 0;

/** About how many bytes a frame costs once its audio is gone. */
const retainedBytes = (frame: OutboundFrame): number => (isAudio(frame) ? 100 : frame.bytes);

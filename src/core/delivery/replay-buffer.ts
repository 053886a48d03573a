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
 * Audio goes first, when it is stale or all clients have it: its length is kept for as long as text is, so that a client
 * can be told how much it missed.
 * The buffer changes in place. Of an audio frame it keeps bytes and four numbers, outside the garbage-collected heap.
 */
import { FrameRing, NumberRing } from "../frame-ring.ts";
import type { OutboundFrame } from "./outbound-frame.ts";

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

/** Fields of a row. `retained`: about how many bytes the frame costs once its audio is gone. */
const [seqField, sentAtField, audioMsField, retainedField] = [0, 1, 2, 3] as const;
/** The memory of an audio frame once its audio is gone. */
const rowBytes = 100;

export class ReplayBuffer {
  /** A row for each frame, oldest first. */
  readonly #rows = new NumberRing(4);
  /** Frames of JSON, by `seq`. */
  readonly #texts = new Map<number, OutboundFrame>();
  /** Audio that is not stale and that a client may miss, by `seq`. */
  readonly #audio = new FrameRing(replayLimits.maxAudioBytes);
  /** How many of the oldest have no audio any more. */
  #staleCount = 0;
  #textBytes = 0;
  #audioMs = 0;
  #resumableAfter = 0;

  /** All frames after this `seq` are here. */
  get resumableAfter(): number {
    return this.#resumableAfter;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Bytes of the frames whose audio is here. */
  get audioBytes(): number {
    return this.#audio.bytes;
  }

  /** The audio of all frames, stale or not, in ms. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Keeps a copy of audio. @param now in ms. */
  push(frame: OutboundFrame, now: number): void {
    const { seq, data, audioMs } = frame;
    const isText = typeof data === "string";
    const retained = isText ? frame.bytes : rowBytes;
    if (isText) this.#texts.set(seq, frame);
    else this.#audio.push(data, seq, 0);
    this.#rows.push(seq, now, audioMs, retained);
    this.#textBytes += retained;
    this.#audioMs += audioMs;
    while (this.#isStale(now)) this.#dropAudio();
    while (this.#isOld(now)) this.#dropOldest();
  }

  /** Drops the audio of the frames before `seq`: every client that may resume has it. */
  releaseAudioBefore(seq: number): void {
    while (this.#staleCount < this.#rows.length && this.#rows.at(this.#staleCount, seqField) < seq)
      this.#dropAudio();
  }

  /** When a frame was sent, in ms, if it is still known. */
  sentAt(seq: number): number | undefined {
    for (let row = 0; row < this.#rows.length; row++)
      if (this.#rows.at(row, seqField) === seq) return this.#rows.at(row, sentAtField);
    return undefined;
  }

  /** @param after the `seq` of the last frame that the client got; at least `resumableAfter`. */
  missedAfter(after: number): MissedFrames {
    const interruption = Math.max(after, ...this.#interruptions());
    const audio = this.#audioAfter(interruption);
    const frames: OutboundFrame[] = [];
    let skippedMs = 0;
    for (let row = 0; row < this.#rows.length; row++) {
      const seq = this.#rows.at(row, seqField);
      const audioMs = this.#rows.at(row, audioMsField);
      if (seq <= after || (audioMs > 0 && seq < interruption)) continue;
      const frame = this.#texts.get(seq) ?? audioFrame(seq, audio.get(seq), audioMs);
      if (frame) frames.push(frame);
      else skippedMs += audioMs;
    }
    return { frames, skippedMs };
  }

  /** Text after `seq`, for a client that joins: audio from before it joined is not replayed. */
  textBetween(seq: number, until: number): OutboundFrame[] {
    return [...this.#texts.values()].filter(
      (frame) => frame.audioMs === 0 && frame.seq > seq && frame.seq <= until,
    );
  }

  #interruptions(): number[] {
    return [...this.#texts.values()].flatMap(({ interrupts, seq }) => (interrupts ? [seq] : []));
  }

  #audioAfter(after: number): ReadonlyMap<number, Uint8Array> {
    const audio = new Map<number, Uint8Array>();
    this.#audio.forEach((frame, seq) => {
      if (seq > after) audio.set(seq, frame);
    });
    return audio;
  }

  #isStale(now: number): boolean {
    return (
      this.#staleCount < this.#rows.length &&
      now - this.#rows.at(this.#staleCount, sentAtField) > replayLimits.maxAudioAgeMs
    );
  }

  /** JSON may hold audio, too: of another rate, say. */
  #dropAudio(): void {
    const seq = this.#rows.at(this.#staleCount, seqField);
    if (this.#audio.oldest === seq) this.#audio.dropOldest();
    else if (this.#rows.at(this.#staleCount, audioMsField) > 0) this.#texts.delete(seq);
    this.#staleCount++;
  }

  #isOld(now: number): boolean {
    return (
      this.#rows.length > 0 &&
      (now - this.#rows.at(0, sentAtField) > replayLimits.maxTextAgeMs ||
        this.#textBytes > replayLimits.maxTextBytes)
    );
  }

  #dropOldest(): void {
    if (this.#staleCount === 0) this.#dropAudio();
    this.#staleCount--;
    this.#resumableAfter = this.#rows.at(0, seqField);
    this.#textBytes -= this.#rows.at(0, retainedField);
    this.#audioMs -= this.#rows.at(0, audioMsField);
    this.#texts.delete(this.#resumableAfter);
    this.#rows.dropOldest();
  }
}

const audioFrame = (
  seq: number,
  data: Uint8Array | undefined,
  audioMs: number,
): OutboundFrame | undefined =>
  data && { seq, data, bytes: data.byteLength, audioMs, interrupts: false };

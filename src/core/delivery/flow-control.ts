/**
 * Flow control for a client that acknowledges frames: Workers sockets give no back-pressure.
 *
 *     frame ─► waiting ─► sent, not acknowledged ─► acknowledged
 *                │         over 256 KiB: audio waits, and so does what comes after it
 *                │         over 2 s:     audio is skipped, which is reported with the next frame that is sent
 *                │         over 10 s, or over 4 MiB with what waits: the connection must be closed
 *                └─ over 512 KiB: the oldest audio is skipped
 *
 * Other frames are never skipped, and wait at most for the audio before them. The state changes in place: a frame that
 * is sent at once costs three numbers.
 */
import { NumberRing } from "../frame-ring.ts";
import { FrameQueue } from "./frame-queue.ts";
import type { OutboundFrame } from "./outbound-frame.ts";

export const flowLimits = {
  windowBytes: 256 * 1024,
  stallMs: 2_000,
  timeoutMs: 10_000,
  maxWaitingBytes: 512 * 1024,
  maxUnreadBytes: 4 * 1024 * 1024,
};

/** A frame to send, or how much audio is missing before the next one. */
export type FlowOutput =
  | { readonly frame: OutboundFrame }
  | { readonly skippedMs: number; readonly seq: number };

/** Fields of a frame that is not acknowledged. `at`: when it was sent, in ms. */
const [seqField, bytesField, atField] = [0, 1, 2] as const;

export class FlowControl {
  readonly #unacked = new NumberRing(3);
  #unackedBytes = 0;
  /** While frames wait. */
  #waiting: FrameQueue | undefined;
  /** Audio that was skipped and not reported yet, in ms. */
  #skippedMs = 0;
  /** What the client had not acknowledged when it resumed: from this `seq` on, until it acknowledges the other. */
  #carried: { readonly from: number; readonly until: number } | undefined;

  /** Since when the client has read nothing that was sent, in ms; undefined if it has read all. */
  get unreadSince(): number | undefined {
    return this.#unacked.length > 0 ? this.#unacked.at(0, atField) : undefined;
  }

  /** The `seq` of the first frame that was sent and not acknowledged: what waits, or was skipped, comes after it. */
  get oldestUnread(): number | undefined {
    if (this.#unacked.length === 0) return undefined;
    return Math.min(this.#unacked.at(0, seqField), this.#carried?.from ?? Infinity);
  }

  /** Whether the client has read nothing for so long, or of so much, that its connection must be closed. */
  isTimedOut(now: number): boolean {
    const unreadBytes = this.#unackedBytes + this.waitingBytes;
    return this.#ageAt(now) > flowLimits.timeoutMs || unreadBytes > flowLimits.maxUnreadBytes;
  }

  /** Of the frames that wait, about. */
  get waitingBytes(): number {
    return this.#waiting?.bytes ?? 0;
  }

  /** Audio that is neither sent nor reported as skipped, in ms. */
  get heldMs(): number {
    return (this.#waiting?.audioMs ?? 0) + this.#skippedMs;
  }

  /** @returns whether the frame must be sent now. Otherwise it waits, or is skipped, and `release` may have frames. */
  passes(frame: OutboundFrame, now: number): boolean {
    if (this.#isSentAtOnce(frame, now)) {
      this.#recordSent(frame, now);
      return true;
    }
    if (!this.#waiting && frame.audioMs > 0 && this.#isStalled(now)) {
      this.#skippedMs += frame.audioMs;
      return false;
    }
    this.#waiting ??= new FrameQueue();
    if (frame.interrupts) this.#waiting.dropAudio();
    this.#wait(this.#waiting, frame);
    return false;
  }

  /** The client has everything up to `seq`. */
  acknowledge(seq: number): void {
    while (this.#unacked.length > 0 && this.#unacked.at(0, seqField) <= seq) {
      this.#unackedBytes -= this.#unacked.at(0, bytesField);
      this.#unacked.dropOldest();
    }
    if (this.#carried && seq >= this.#carried.until) this.#carried = undefined;
  }

  /**
   * The client resumes on the same connection. What waits is dropped. What it has not acknowledged keeps its age and its
   * bytes, under one `seq`.
   * @param seq of the answer to its `hello`, before which it was sent all that.
   */
  resume(seq: number): void {
    this.#waiting = undefined;
    this.#skippedMs = 0;
    const { oldestUnread: from, unreadSince: at } = this;
    if (from === undefined || at === undefined) return;
    this.#unacked.clear();
    this.#unacked.push(seq, this.#unackedBytes, at);
    this.#carried = { from, until: seq };
  }

  /** Takes the frames that may be sent by now, in order. */
  release(now: number): readonly FlowOutput[] {
    const waiting = this.#waiting;
    const out: FlowOutput[] = [];
    if (!waiting) return out;
    const stalled = this.#isStalled(now);
    while (waiting.length > 0) {
      const isAudio = waiting.nextAudioMs > 0;
      if (isAudio && stalled) {
        this.#skippedMs += waiting.dropOldestAudio();
        continue;
      }
      if (isAudio && !this.#fitsWindow(waiting.nextBytes)) break;
      const frame = waiting.shift();
      if (!frame) break;
      if (this.#skippedMs > 0) out.push({ skippedMs: this.#skippedMs, seq: frame.seq });
      this.#skippedMs = 0;
      out.push({ frame });
      this.#recordSent(frame, now);
    }
    if (waiting.length === 0) this.#waiting = undefined;
    return out;
  }

  /** Most frames: none waits, none was skipped, and it fits the window. */
  #isSentAtOnce({ audioMs, bytes }: OutboundFrame, now: number): boolean {
    return (
      this.#waiting === undefined &&
      this.#skippedMs === 0 &&
      (audioMs === 0 || (!this.#isStalled(now) && this.#fitsWindow(bytes)))
    );
  }

  #fitsWindow(bytes: number): boolean {
    return this.#unackedBytes === 0 || this.#unackedBytes + bytes <= flowLimits.windowBytes;
  }

  #recordSent({ seq, bytes }: OutboundFrame, now: number): void {
    this.#unacked.push(seq, bytes, now);
    this.#unackedBytes += bytes;
  }

  /** The oldest audio makes room. */
  #wait(waiting: FrameQueue, frame: OutboundFrame): void {
    const { maxWaitingBytes } = flowLimits;
    while (waiting.hasAudio && waiting.bytes + frame.bytes > maxWaitingBytes)
      this.#skippedMs += waiting.dropOldestAudio();
    if (frame.audioMs > 0 && waiting.bytes + frame.bytes > maxWaitingBytes)
      this.#skippedMs += frame.audioMs;
    else waiting.push(frame);
  }

  #isStalled(now: number): boolean {
    return this.#ageAt(now) > flowLimits.stallMs;
  }

  #ageAt(now: number): number {
    return this.#unacked.length > 0 ? now - this.#unacked.at(0, atField) : 0;
  }
}

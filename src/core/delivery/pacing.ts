/**
 * Pacing for a client that does not acknowledge frames: the first seconds of audio are sent at once, the rest at one and
 * a half times the speed of playback. Frames keep their order; an interruption drops the audio that waits. The state
 * changes in place: a frame that is sent at once costs two numbers.
 */
import { FrameQueue } from "./frame-queue.ts";
import type { OutboundFrame } from "./outbound-frame.ts";

/** How much audio may be ahead of its playback, in ms. */
export const maxAheadMs = 4_000;
/** Ms sent per ms played. */
export const pacingRate = 1.5;
/** How much audio may wait, in ms; above that the oldest is dropped. */
export const maxWaitingMs = 120_000;

export class Pacing {
  /** How much audio may be sent at once, in ms, as of `#updatedAt`. */
  #creditMs = maxAheadMs;
  #updatedAt: number;
  /** While frames wait. */
  #waiting: FrameQueue | undefined;

  constructor(now: number) {
    this.#updatedAt = now;
  }

  /** When the next frame may be sent, in ms; undefined when none waits. */
  get nextReleaseAt(): number | undefined {
    if (!this.#waiting) return undefined;
    return this.#updatedAt + Math.floor(Math.max(0, -this.#creditMs) / pacingRate) + 1;
  }

  /** @returns whether the frame must be sent now. Otherwise it waits, and `release` may have frames. */
  passes(frame: OutboundFrame, now: number): boolean {
    this.#update(now);
    // Most frames: none waits, and there is credit.
    if (!this.#waiting && (frame.audioMs === 0 || this.#creditMs > 0)) {
      this.#creditMs -= frame.audioMs;
      return true;
    }
    this.#waiting ??= new FrameQueue();
    if (frame.interrupts) this.#waiting.dropAudio();
    this.#waiting.push(frame);
    while (this.#waiting.hasAudio && this.#waiting.audioMs > maxWaitingMs)
      this.#waiting.dropOldestAudio();
    return false;
  }

  /** Takes the frames that may be sent by now, in order. */
  release(now: number): readonly OutboundFrame[] {
    this.#update(now);
    const waiting = this.#waiting;
    const due: OutboundFrame[] = [];
    if (!waiting) return due;
    while (waiting.length > 0 && (waiting.nextAudioMs === 0 || this.#creditMs > 0)) {
      const frame = waiting.shift();
      if (!frame) break;
      this.#creditMs -= frame.audioMs;
      due.push(frame);
    }
    if (waiting.length === 0) this.#waiting = undefined;
    return due;
  }

  /** Drops the frames that wait. */
  clear(): void {
    this.#waiting = undefined;
  }

  #update(now: number): void {
    this.#creditMs = Math.min(maxAheadMs, this.#creditMs + (now - this.#updatedAt) * pacingRate);
    this.#updatedAt = now;
  }
}

/** Acknowledges received frames, so that the server can tell a slow reader from a fast one. */
import type { Platform } from "./platform.ts";
import { ackBytes, ackIntervalMs } from "../../../../src/wire/parley-v1.ts";

export class AckSender {
  readonly #timers: Pick<Platform, "now" | "after">;
  readonly #send: () => void;
  #unacknowledgedBytes = 0;
  #lastAckAt = -Infinity;
  #cancelTimer: (() => void) | undefined;

  /** @param send acknowledges everything received so far. */
  constructor(timers: Pick<Platform, "now" | "after">, send: () => void) {
    this.#timers = timers;
    this.#send = send;
  }

  /**
   * Counts received bytes and acknowledges when an ack is due.
   *
   * Browsers throttle timers of background pages: each frame checks the deadline itself, and the timer covers only
   * the last frame of a burst.
   */
  countReceived(bytes: number): void {
    this.#unacknowledgedBytes += bytes;
    const dueInMs = this.#lastAckAt + ackIntervalMs - this.#timers.now();
    if (dueInMs <= 0 || this.#unacknowledgedBytes >= ackBytes) this.#acknowledge();
    else this.#cancelTimer ??= this.#timers.after(dueInMs, () => this.#acknowledge());
  }

  /** Drops the pending ack: a new socket must not acknowledge what an earlier one received. */
  reset(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#unacknowledgedBytes = 0;
    this.#lastAckAt = -Infinity;
  }

  #acknowledge(): void {
    this.reset();
    this.#lastAckAt = this.#timers.now();
    this.#send();
  }
}

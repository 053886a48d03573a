/** Tells the server how far we have read: it has no other way to know that a reader is slow. */
import type { Platform } from "./platform.ts";
import { ackBytes, ackIntervalMs } from "../../wire/parley-v1.ts";

export class AckSender {
  readonly #time: Pick<Platform, "now" | "after">;
  readonly #send: () => void;
  #owed = 0;
  #at = -Infinity;
  #stop: (() => void) | undefined;

  /** @param send acknowledges all that was taken. */
  constructor(time: Pick<Platform, "now" | "after">, send: () => void) {
    this.#time = time;
    this.#send = send;
  }

  /**
   * Bytes have arrived. A page in the background gets few timers, so that frames themselves are the
   * occasion, and the timer is for the last of them.
   */
  countReceived(bytes: number): void {
    this.#owed += bytes;
    const inMs = this.#at + ackIntervalMs - this.#time.now();
    if (inMs <= 0 || this.#owed >= ackBytes) this.#acknowledge();
    else this.#stop ??= this.#time.after(inMs, () => this.#acknowledge());
  }

  /** The line is gone, and what was owed to it. */
  reset(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#owed = 0;
    this.#at = -Infinity;
  }

  #acknowledge(): void {
    this.reset();
    this.#at = this.#time.now();
    this.#send();
  }
}

/** The reply that is due once the floor is free: what it answers to, and when the floor is looked at again. */
import type { Timers } from "../connection/timers.ts";

/** What the model answers to; it decides how soon. */
export type ReplyTrigger = "speech" | "text" | "tool" | "urgentTool";

export class ReplyScheduler {
  readonly #alarms: Timers;
  readonly #look: () => void;
  #cause: ReplyTrigger | undefined;
  #waiting = false;

  /** @param look is told that the floor may be free now. */
  constructor(alarms: Timers, look: () => void) {
    this.#alarms = alarms;
    this.#look = look;
  }

  get trigger(): ReplyTrigger | undefined {
    return this.#cause;
  }

  /** The newest cause decides. */
  schedule(cause: ReplyTrigger): void {
    this.#cause = cause;
  }

  clear(): void {
    this.#cause = undefined;
  }

  /** Looks again in so many ms, if nobody does so already. */
  recheckAfter(ms: number): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#alarms.after(ms, () => {
      this.#waiting = false;
      this.#look();
    });
  }
}

/** The reply that is due once neither the model nor the user speaks: its trigger, and when to check again. */
import type { Timers } from "../connection/timers.ts";

/** The event that the model replies to; determines the latency. */
export type ReplyTrigger = "speech" | "text" | "tool" | "urgentTool";

export class ReplyScheduler {
  readonly #timers: Timers;
  readonly #recheck: () => void;
  #trigger: ReplyTrigger | undefined;
  #recheckPending = false;

  /** @param recheck called when the reply may be able to start. */
  constructor(timers: Timers, recheck: () => void) {
    this.#timers = timers;
    this.#recheck = recheck;
  }

  get trigger(): ReplyTrigger | undefined {
    return this.#trigger;
  }

  /** The newest trigger replaces the one before. */
  schedule(trigger: ReplyTrigger): void {
    this.#trigger = trigger;
  }

  clear(): void {
    this.#trigger = undefined;
  }

  /** Calls `recheck` after `ms`, unless a check is already scheduled. */
  recheckAfter(ms: number): void {
    if (this.#recheckPending) return;
    this.#recheckPending = true;
    this.#timers.after(ms, () => {
      this.#recheckPending = false;
      this.#recheck();
    });
  }
}

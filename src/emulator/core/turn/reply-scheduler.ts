/** The reply that is due once the floor is free: what it answers to, and when the floor is looked at again. */
import type { Alarms } from "../connection/timers.ts";

/** What the model answers to; it decides how soon. */
export type Cause = "speech" | "text" | "tool" | "urgentTool";

export class Due {
  readonly #alarms: Alarms;
  readonly #look: () => void;
  #cause: Cause | undefined;
  #waiting = false;

  /** @param look is told that the floor may be free now. */
  constructor(alarms: Alarms, look: () => void) {
    this.#alarms = alarms;
    this.#look = look;
  }

  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** The newest cause decides. */
  set(cause: Cause): void {
    this.#cause = cause;
  }

  clear(): void {
    this.#cause = undefined;
  }

  /** Looks again in so many ms, if nobody does so already. */
  lookAgain(ms: number): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#alarms.after(ms, () => {
      this.#waiting = false;
      this.#look();
    });
  }
}

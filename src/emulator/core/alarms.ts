/** The timers of one owner: when the owner goes, they go. */
import type { Clock, Timer } from "./ports.ts";

/** Counts what is armed, over all owners. */
export interface ArmedCount {
  timers: number;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #count: ArmedCount;
  /** Each armed timer, with what to do if it is cleared instead of run. */
  readonly #armed = new Map<Timer, () => void>();
  #cleared = false;

  constructor(clock: Clock, count: ArmedCount) {
    this.#clock = clock;
    this.#count = count;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Runs `then` once, `ms` from now; never after `clear`. */
  after(ms: number, then: () => void, cleared: () => void = () => undefined): Timer {
    if (this.#cleared) {
      cleared();
      return { cancel: () => undefined };
    }
    const timer = this.#clock.after(Math.max(0, ms), () => {
      this.#forget(timer);
      then();
    });
    this.#armed.set(timer, cleared);
    this.#count.timers++;
    return { cancel: () => this.#cancel(timer) };
  }

  /** Waits; also ends when the alarms are cleared, so that nobody waits for ever. */
  async until(time: number): Promise<void> {
    const ms = time - this.now();
    if (ms <= 0) return;
    await new Promise<void>((resolve) => void this.after(ms, resolve, resolve));
  }

  /** Cancels all, for good. */
  clear(): void {
    this.#cleared = true;
    for (const timer of this.#armed.keys()) this.#cancel(timer);
  }

  #cancel(timer: Timer): void {
    const cleared = this.#armed.get(timer);
    if (cleared === undefined) return;
    timer.cancel();
    this.#forget(timer);
    cleared();
  }

  #forget(timer: Timer): void {
    if (this.#armed.delete(timer)) this.#count.timers--;
  }
}

/** The timers of one owner: when the owner goes, they go. */
import type { Clock, Timer } from "../ports.ts";

/** What alarms need from outside. */
export interface TimersContext {
  readonly clock: Clock;
  /** Timers armed now, over all owners. */
  readonly counts: { timers: number };
  /** What ran out threw. */
  failed(error: unknown): void;
}

export class Timers {
  readonly #belfry: TimersContext;
  /** Each armed timer, with what to do if it is cleared instead of run. */
  readonly #armed = new Map<Timer, () => void>();
  #cleared = false;

  constructor(belfry: TimersContext) {
    this.#belfry = belfry;
  }

  now(): number {
    return this.#belfry.clock.now();
  }

  /** Runs `then` once, `ms` from now; never after `clear`. */
  after(ms: number, then: () => void, cleared: () => void = () => undefined): Timer {
    if (this.#cleared) {
      cleared();
      return { cancel: () => undefined };
    }
    const timer = this.#belfry.clock.after(Math.max(0, ms), () => {
      this.#forget(timer);
      this.#run(then);
    });
    this.#armed.set(timer, cleared);
    this.#belfry.counts.timers++;
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

  #run(then: () => void): void {
    try {
      then();
    } catch (error) {
      this.#belfry.failed(error);
    }
  }

  #cancel(timer: Timer): void {
    const cleared = this.#armed.get(timer);
    if (cleared === undefined) return;
    timer.cancel();
    this.#forget(timer);
    cleared();
  }

  #forget(timer: Timer): void {
    if (this.#armed.delete(timer)) this.#belfry.counts.timers--;
  }
}

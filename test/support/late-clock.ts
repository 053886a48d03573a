/** A clock of an object that can be stopped: time passes then, and timers ring only afterwards. */
import type { Clock, Timer } from "../../src/core/clock.ts";

interface Armed extends Timer {
  readonly at: number;
  readonly run: () => void;
}

export class LateClock implements Clock {
  #now = 1_800_000_000_000;
  #armed: Armed[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const timer: Armed = {
      at: this.#now + ms,
      run,
      cancel: () => (this.#armed = this.#armed.filter((other) => other !== timer)),
    };
    this.#armed = [...this.#armed, timer].toSorted((a, b) => a.at - b.at);
    return timer;
  }

  /** Time passes, and timers ring when they are due; those that are overdue ring first, late. */
  run(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#armed[0]; next && next.at <= end; [next] = this.#armed) {
      this.#armed = this.#armed.slice(1);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** Time passes, and nothing runs. */
  stop(ms: number): void {
    this.#now += ms;
  }
}

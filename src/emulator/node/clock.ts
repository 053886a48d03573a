/** The system clock for the core; counts the armed timers. */
import type { Clock, Timer } from "../core/ports.ts";

export class NodeClock implements Clock {
  readonly #armed = new Set<NodeJS.Timeout>();

  get armedTimers(): number {
    return this.#armed.size;
  }

  now(): number {
    return Date.now();
  }

  after(ms: number, then: () => void): Timer {
    const timeout = setTimeout(() => {
      this.#armed.delete(timeout);
      then();
    }, ms);
    this.#armed.add(timeout);
    return { cancel: () => this.#cancel(timeout) };
  }

  close(): void {
    for (const timeout of this.#armed) this.#cancel(timeout);
  }

  #cancel(timeout: NodeJS.Timeout): void {
    clearTimeout(timeout);
    this.#armed.delete(timeout);
  }
}

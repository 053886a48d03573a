/** A set of timers that its owner cancels together. */
import type { Clock, Timer } from "../ports.ts";

/** The dependencies of a set of timers. */
export interface TimersContext {
  readonly clock: Clock;
  /** Timers armed now, over all sets. */
  readonly counters: { timers: number };
  /** Called when a timer's callback throws. */
  failed(error: unknown): void;
}

export class Timers {
  readonly #context: TimersContext;
  /** Each armed timer and its `onCleared` callback. */
  readonly #armed = new Map<Timer, () => void>();
  #cleared = false;

  constructor(context: TimersContext) {
    this.#context = context;
  }

  now(): number {
    return this.#context.clock.now();
  }

  /** Runs `callback` once after `ms`, or `onCleared` when the set is cleared first. */
  after(ms: number, callback: () => void, onCleared: () => void = () => undefined): Timer {
    if (this.#cleared) {
      onCleared();
      return { cancel: () => undefined };
    }
    const timer = this.#context.clock.after(Math.max(0, ms), () => {
      this.#remove(timer);
      this.#run(callback);
    });
    this.#armed.set(timer, onCleared);
    this.#context.counters.timers++;
    return { cancel: () => this.#cancel(timer) };
  }

  /** Resolves at `time`; also when the set is cleared, so that no caller waits forever. */
  async until(time: number): Promise<void> {
    const ms = time - this.now();
    if (ms <= 0) return;
    await new Promise<void>((resolve) => void this.after(ms, resolve, resolve));
  }

  /** Cancels all timers, and every later one. */
  clear(): void {
    this.#cleared = true;
    for (const timer of this.#armed.keys()) this.#cancel(timer);
  }

  #run(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#context.failed(error);
    }
  }

  #cancel(timer: Timer): void {
    const onCleared = this.#armed.get(timer);
    if (onCleared === undefined) return;
    timer.cancel();
    this.#remove(timer);
    onCleared();
  }

  #remove(timer: Timer): void {
    if (this.#armed.delete(timer)) this.#context.counters.timers--;
  }
}

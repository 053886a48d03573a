/** The time, and what is to happen later: the runtime's own, or a test's. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs something after so many ms. */
  after(ms: number, then: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const runtime: Clock = {
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

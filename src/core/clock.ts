/** Time and timers as an argument: the runtime's own in production, a virtual clock in tests. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `then` once, after so many ms. */
  after(ms: number, then: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

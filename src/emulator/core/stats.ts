/** The emulator's counters, for people and tests; the protocol never carries them. */

export interface Counters {
  /** Sockets open now. */
  sockets: number;
  /** Model turns active now. */
  turns: number;
  /** Timers armed now. */
  timers: number;
  /** Frames by message kind, since the start. */
  readonly received: Record<string, number>;
  readonly sent: Record<string, number>;
  /** Failures of recognizer, synthesizer, brain or core, since the start. */
  failures: number;
}

export interface Stats extends Readonly<Counters> {
  /** Sessions with a connection, and detached ones that can be resumed. */
  readonly sessions: { readonly connected: number; readonly kept: number };
  /**
   * Audio windows (32 ms) queued for the recognizer, and windows dropped because the queue was full; open connections
   * only.
   */
  readonly waiting: number;
  readonly dropped: number;
}

export function createCounters(): Counters {
  return { sockets: 0, turns: 0, timers: 0, received: {}, sent: {}, failures: 0 };
}

export function increment(counters: Record<string, number>, key: string): void {
  counters[key] = (counters[key] ?? 0) + 1;
}

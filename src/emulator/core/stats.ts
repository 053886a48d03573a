/** What the emulator counts: for people and tests, never on the protocol's socket. */

export interface Counters {
  /** Sockets open now. */
  sockets: number;
  /** Model turns under way now. */
  turns: number;
  /** Timers armed now. */
  timers: number;
  /** Frames by the kind of message, since the start. */
  readonly received: Record<string, number>;
  readonly sent: Record<string, number>;
  /** Failures of ears, voice, brain or core, since the start. */
  failures: number;
}

export interface Stats extends Readonly<Counters> {
  /** Sessions that have a connection now, and those that wait to be resumed. */
  readonly sessions: { readonly connected: number; readonly kept: number };
  /** Windows of audio (32 ms) that wait for the ears, and that were dropped since too many did; open connections only. */
  readonly waiting: number;
  readonly dropped: number;
}

export function createCounters(): Counters {
  return { sockets: 0, turns: 0, timers: 0, received: {}, sent: {}, failures: 0 };
}

export function increment(counts: Record<string, number>, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
}

/** What the emulator counts, and what it tells about its sessions: for people and tests, never on the protocol's socket. */

export interface Counts {
  /** Sockets open now. */
  sockets: number;
  /** Model turns under way now. */
  turns: number;
  /** Timers armed now. */
  timers: number;
  /** Frames by the kind of message, since the start. */
  readonly received: Record<string, number>;
  readonly sent: Record<string, number>;
  /** Failures of ears, voice or brain, and of the core itself. */
  failures: number;
}

export interface Stats extends Readonly<Counts> {
  /** Sessions that have a connection now, and those that could be resumed. */
  readonly sessions: { readonly connected: number; readonly kept: number };
  /** Windows of audio waiting for the ears, over all connections. */
  readonly waiting: number;
}

export interface SessionReport {
  readonly id: string;
  readonly model: string;
  readonly state: "connected" | "disconnected";
  /** How many resumption handles it was given. */
  readonly handles: number;
  /** How many connections it has had. */
  readonly connections: number;
  /** The client's latest frames, as read; media by their size. */
  readonly received: readonly unknown[];
  /** How its last connection ended. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
}

export function newCounts(): Counts {
  return { sockets: 0, turns: 0, timers: 0, received: {}, sent: {}, failures: 0 };
}

export function tally(counts: Record<string, number>, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
}

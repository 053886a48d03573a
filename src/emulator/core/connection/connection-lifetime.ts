/**
 * Limits a connection's lifetime: sends `goAway`, then closes the connection. Live API:
 * BidiGenerateContentServerMessage.goAway.
 *
 * A session without context compression has a limit of its own over all its connections; video shortens it.
 */
import type { Timers } from "./timers.ts";
import type { LifetimeOptions } from "../options.ts";
import type { Timer } from "../ports.ts";
import type { Session } from "../session/session.ts";

interface ConnectionLifetimeContext {
  readonly session: Session;
  readonly timers: Timers;
  /** When the connection opened, ms since the epoch. */
  readonly openedAt: number;
  readonly limits: LifetimeOptions;
  /** Factor by which connections and sessions age faster than real time. */
  readonly speed: number;
  /** @param timeLeft a protobuf Duration, e.g. "50s". */
  warn(timeLeft: string): void;
  end(): void;
}

export class ConnectionLifetime {
  readonly #context: ConnectionLifetimeContext;
  #timer: Timer | undefined;

  constructor(context: ConnectionLifetimeContext) {
    this.#context = context;
    this.#schedule();
  }

  /** Applies the shorter limit of sessions with video. */
  videoReceived(): void {
    this.#context.session.videoAtMs = this.#connectedMs();
    this.#schedule();
  }

  /** Adds this connection's time to the session's. */
  close(): void {
    this.#context.session.connectedMs = this.#connectedMs();
  }

  #connectedMs(): number {
    return this.#context.session.connectedMs + this.#context.timers.now() - this.#context.openedAt;
  }

  #schedule(): void {
    this.#timer?.cancel();
    const { session, timers, limits, speed } = this.#context;
    const end =
      this.#context.openedAt + Math.min(limits.lifeMs / speed, remainingMs(session, speed));
    const remaining = end - timers.now();
    if (limits.warningMs === 0) this.#timer = timers.after(remaining, () => this.#context.end());
    else this.#timer = timers.after(remaining - limits.warningMs, () => this.#warn(end));
  }

  #warn(end: number): void {
    const remaining = Math.max(0, end - this.#context.timers.now());
    this.#context.warn(formatDuration(remaining));
    this.#timer = this.#context.timers.after(remaining, () => this.#context.end());
  }
}

/** The remainder of the session's own limit when its last connection closed, ms. */
export function remainingMs({ config, connectedMs, videoAtMs }: Session, speed: number): number {
  if (config.compression !== undefined) return Number.POSITIVE_INFINITY;
  const { audioMs, videoMs } = config.profile.sessionLimits;
  const byVideo = videoAtMs === undefined ? Number.POSITIVE_INFINITY : videoAtMs + videoMs / speed;
  return Math.min(audioMs / speed, byVideo) - connectedMs;
}

/** Formats a protobuf Duration as JSON. */
export function formatDuration(ms: number): string {
  return `${Math.round(ms) / 1000}s`;
}

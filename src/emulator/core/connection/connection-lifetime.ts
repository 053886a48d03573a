/**
 * How long a connection lasts: it is warned with `goAway`, and closed when its time is up. Live API:
 * BidiGenerateContentServerMessage.goAway.
 *
 * A session whose context is not compressed has a time of its own, over all its connections; less once there was video.
 */
import type { Timers } from "./timers.ts";
import type { LifetimeOptions } from "../options.ts";
import type { Timer } from "../ports.ts";
import type { Session } from "../session/session.ts";

export interface ConnectionLifetimeContext {
  readonly session: Session;
  readonly alarms: Timers;
  /** When the connection was opened, ms since the epoch. */
  readonly since: number;
  readonly life: LifetimeOptions;
  /** Times faster than they are that ages and caps run. */
  readonly speed: number;
  /** @param timeLeft a protobuf Duration, e.g. "50s". */
  warn(timeLeft: string): void;
  end(): void;
}

export class ConnectionLifetime {
  readonly #to: ConnectionLifetimeContext;
  #timer: Timer | undefined;

  constructor(to: ConnectionLifetimeContext) {
    this.#to = to;
    this.#schedule();
  }

  /** The first video of the session has come. */
  videoReceived(): void {
    this.#to.session.videoAtMs = this.#lived();
    this.#schedule();
  }

  /** The connection is over: its time counts for the session. */
  close(): void {
    this.#to.session.connectedMs = this.#lived();
  }

  #lived(): number {
    return this.#to.session.connectedMs + this.#to.alarms.now() - this.#to.since;
  }

  #schedule(): void {
    this.#timer?.cancel();
    const { session, alarms, life, speed } = this.#to;
    const end = this.#to.since + Math.min(life.lifeMs / speed, remainingMs(session, speed));
    const left = end - alarms.now();
    if (life.warningMs === 0) this.#timer = alarms.after(left, () => this.#to.end());
    else this.#timer = alarms.after(left - life.warningMs, () => this.#warn(end));
  }

  #warn(end: number): void {
    const left = Math.max(0, end - this.#to.alarms.now());
    this.#to.warn(formatDuration(left));
    this.#timer = this.#to.alarms.after(left, () => this.#to.end());
  }
}

/** What is left of a session's own time, as it was when it was last disconnected; ms. */
export function remainingMs({ config, connectedMs, videoAtMs }: Session, speed: number): number {
  if (config.compression !== undefined) return Number.POSITIVE_INFINITY;
  const { audioMs, videoMs } = config.profile.sessionLimits;
  const byVideo = videoAtMs === undefined ? Number.POSITIVE_INFINITY : videoAtMs + videoMs / speed;
  return Math.min(audioMs / speed, byVideo) - connectedMs;
}

/** Protobuf's JSON for a Duration. */
export function formatDuration(ms: number): string {
  return `${Math.round(ms) / 1000}s`;
}

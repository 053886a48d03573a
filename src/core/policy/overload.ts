/**
 * Decides from the lateness of timers whether an isolate is overloaded. All objects of an isolate share one thread, so
 * they report to one of these.
 *
 *     timers ≥ 200 ms late, for 1.5 s ─► overloaded: newcomers are refused ─► < 50 ms late, for 3 s ─► not overloaded
 *
 * A single stop, however long, is no overload: after it timers are on time again.
 */
import { clientError, type ClientError } from "../errors.ts";
import { onTimeMs, tickMs } from "../lateness.ts";
import { limits } from "./limits.ts";

const lateMs = limits.lateTimers.value;
const overloadedAfterMs = 1_500;
const recoveredAfterMs = 3_000;
/** Without a report for so long nothing is under way that could be late. */
const forgottenAfterMs = 5_000;
/** Refused clients must not come back together: each gets another time between these. */
const [leastRetryS, mostRetryS] = [5, 15];

/** The reports of about one tick. Their mean counts: with many objects some timers are on time by chance. */
interface Window {
  readonly since: number;
  sumMs: number;
  count: number;
}

export class Overload {
  #window: Window | undefined;
  #reportedAt = -Infinity;
  /** Since when all windows are late, or all are on time; undefined: neither. */
  #lateSince: number | undefined;
  #onTimeSince: number | undefined;
  #isOverloaded = false;

  /** A timer has rung. @param late by how much, in ms. @param now in ms. */
  onTick(late: number, now: number): void {
    if (now - this.#reportedAt >= forgottenAfterMs + late) this.#forget();
    this.#reportedAt = now;
    if (this.#window && now - this.#window.since >= tickMs) this.#close(this.#window, now);
    this.#window ??= { since: now, sumMs: 0, count: 0 };
    this.#window.sumMs += late;
    this.#window.count++;
  }

  isOverloaded(now: number): boolean {
    return this.#isOverloaded && now - this.#reportedAt < forgottenAfterMs;
  }

  /** Why no newcomer is admitted; undefined if one is. @param random from 0 to 1. */
  refusal(now: number, random: number): ClientError | undefined {
    if (!this.isOverloaded(now)) return undefined;
    const retryAfterS = Math.round(leastRetryS + random * (mostRetryS - leastRetryS));
    const message = `The server is busy with those who are here, and takes no newcomers. Try again in ${retryAfterS} s.`;
    return { ...clientError("OVERLOADED", message), retryAfterS };
  }

  #close({ since, sumMs, count }: Window, now: number): void {
    this.#window = undefined;
    const mean = sumMs / count;
    this.#lateSince = mean >= lateMs ? (this.#lateSince ?? since) : undefined;
    this.#onTimeSince = mean < onTimeMs ? (this.#onTimeSince ?? since) : undefined;
    if (this.#lateSince !== undefined && now - this.#lateSince >= overloadedAfterMs)
      this.#isOverloaded = true;
    if (this.#onTimeSince !== undefined && now - this.#onTimeSince >= recoveredAfterMs)
      this.#isOverloaded = false;
  }

  #forget(): void {
    this.#window = undefined;
    this.#lateSince = undefined;
    this.#onTimeSince = undefined;
    this.#isOverloaded = false;
  }
}

/** All conversations of the isolate report to it. */
export const isolateOverload = new Overload();

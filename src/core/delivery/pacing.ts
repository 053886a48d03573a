/**
 * How fast sound goes to a client that does not say what has arrived: at once for a while, then half as fast
 * again as it is played. What waits keeps its order; what is interrupted is dropped.
 */
import { withoutSound, type Frame } from "./outbound-frame.ts";

export interface Pace {
  /** How much sound may go at once, in ms, as it was at `at`. */
  readonly credit: number;
  readonly at: number;
  readonly waiting: readonly Frame[];
}

/** Sound that may be ahead of its time, in ms. */
export const aheadMs = 4_000;
/** Sent per ms played. */
export const pace = 1.5;
/** More sound than this does not wait: the oldest is left out. In ms. */
export const mostWaitingMs = 120_000;

export const fullPace = (now: number): Pace => ({ credit: aheadMs, at: now, waiting: [] });

export type PaceStep = readonly [Pace, readonly Frame[]];

export function paced(state: Pace, frame: Frame, now: number): PaceStep {
  const before = frame.cuts ? withoutSound(state.waiting) : state.waiting;
  return release({ ...state, waiting: bounded([...before, frame]) }, now);
}

/** What may go by now. */
export function release({ credit, at, waiting }: Pace, now: number): PaceStep {
  let left = Math.min(aheadMs, credit + (now - at) * pace);
  let next = 0;
  for (const { soundMs } of waiting) {
    if (soundMs > 0 && left <= 0) break;
    left -= soundMs;
    next++;
  }
  return [{ credit: left, at: now, waiting: waiting.slice(next) }, waiting.slice(0, next)];
}

/** When something that waits may go, in ms; undefined when nothing waits. */
export const releaseAt = ({ credit, at, waiting }: Pace): number | undefined =>
  waiting.length === 0 ? undefined : at + Math.floor(Math.max(0, -credit) / pace) + 1;

function bounded(waiting: readonly Frame[]): readonly Frame[] {
  let over = waiting.reduce((sum, { soundMs }) => sum + soundMs, 0) - mostWaitingMs;
  if (over <= 0) return waiting;
  return waiting.filter(({ soundMs }) => {
    if (over <= 0 || soundMs === 0) return true;
    over -= soundMs;
    return false;
  });
}

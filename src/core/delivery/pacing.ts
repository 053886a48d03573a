/**
 * How fast sound goes to a client that does not say what has arrived: at once for a while, then half as fast
 * again as it is played. What waits keeps its order; what is interrupted is dropped.
 */
import { withoutAudio, type OutboundFrame } from "./outbound-frame.ts";

export interface PacingState {
  /** How much sound may go at once, in ms, as it was at `at`. */
  readonly creditMs: number;
  readonly updatedAt: number;
  readonly waiting: readonly OutboundFrame[];
}

/** Sound that may be ahead of its time, in ms. */
export const maxAheadMs = 4_000;
/** Sent per ms played. */
export const pacingRate = 1.5;
/** More sound than this does not wait: the oldest is left out. In ms. */
export const maxWaitingMs = 120_000;

export const initialPacing = (now: number): PacingState => ({
  creditMs: maxAheadMs,
  updatedAt: now,
  waiting: [],
});

export type PacingStep = readonly [PacingState, readonly OutboundFrame[]];

export function paceFrame(state: PacingState, frame: OutboundFrame, now: number): PacingStep {
  const before = frame.interrupts ? withoutAudio(state.waiting) : state.waiting;
  return releaseDue({ ...state, waiting: dropOldestAudio([...before, frame]) }, now);
}

/** What may go by now. */
export function releaseDue({ creditMs, updatedAt, waiting }: PacingState, now: number): PacingStep {
  let left = Math.min(maxAheadMs, creditMs + (now - updatedAt) * pacingRate);
  let next = 0;
  for (const { audioMs } of waiting) {
    if (audioMs > 0 && left <= 0) break;
    left -= audioMs;
    next++;
  }
  return [{ creditMs: left, updatedAt: now, waiting: waiting.slice(next) }, waiting.slice(0, next)];
}

/** When something that waits may go, in ms; undefined when nothing waits. */
export const nextReleaseAt = ({ creditMs, updatedAt, waiting }: PacingState): number | undefined =>
  waiting.length === 0
    ? undefined
    : updatedAt + Math.floor(Math.max(0, -creditMs) / pacingRate) + 1;

function dropOldestAudio(waiting: readonly OutboundFrame[]): readonly OutboundFrame[] {
  let over = waiting.reduce((sum, { audioMs }) => sum + audioMs, 0) - maxWaitingMs;
  if (over <= 0) return waiting;
  return waiting.filter(({ audioMs }) => {
    if (over <= 0 || audioMs === 0) return true;
    over -= audioMs;
    return false;
  });
}

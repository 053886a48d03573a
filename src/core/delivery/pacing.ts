/**
 * Pacing for a client that does not acknowledge frames: the first seconds of audio are sent at once, the rest at one and
 * a half times the speed of playback. Frames keep their order; an interruption drops the audio that waits.
 */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { withoutAudio, type OutboundFrame } from "./outbound-frame.ts";

interface PacingState {
  /** How much audio may be sent at once, in ms, as of `updatedAt`. */
  readonly creditMs: number;
  readonly updatedAt: number;
  readonly waiting: readonly OutboundFrame[];
}

/** How much audio may be ahead of its playback, in ms. */
export const maxAheadMs = 4_000;
/** Ms sent per ms played. */
export const pacingRate = 1.5;
/** How much audio may wait, in ms; above that the oldest is dropped. */
export const maxWaitingMs = 120_000;

export const initialPacing = (now: number): PacingState => ({
  creditMs: maxAheadMs,
  updatedAt: now,
  waiting: [],
});

export type PacingStep = readonly [PacingState, readonly OutboundFrame[]];

export function paceFrame(state: PacingState, frame: OutboundFrame, now: number): PacingStep {
  const left = creditAt(state, now);
  // Most frames: none waits, and there is credit.
  if (state.waiting.length === 0 && (frame.audioMs === 0 || left > 0))
    return [{ creditMs: left - frame.audioMs, updatedAt: now, waiting: state.waiting }, [frame]];
  const before = frame.interrupts ? withoutAudio(state.waiting) : state.waiting;
  return releaseDue({ ...state, waiting: dropOldestAudio([...before, frame]) }, now);
}

/** Frames that may be sent by now. */
export function releaseDue(state: PacingState, now: number): PacingStep {
  const { waiting } = state;
  let left = creditAt(state, now);
  let next = 0;
  for (const { audioMs } of waiting) {
    if (audioMs > 0 && left <= 0) break;
    left -= audioMs;
    next++;
  }
  return [{ creditMs: left, updatedAt: now, waiting: waiting.slice(next) }, waiting.slice(0, next)];
}

const creditAt = ({ creditMs, updatedAt }: PacingState, now: number): number =>
  Math.min(maxAheadMs, creditMs + (now - updatedAt) * pacingRate);

/** When the next frame may be sent, in ms; undefined when none waits. */
export const nextReleaseAt = ({ creditMs, updatedAt, waiting }: PacingState): number | undefined =>
  waiting.length === 0
    ? undefined
    : updatedAt + Math.floor(Math.max(0, -creditMs) / pacingRate) + 1;

const dropOldestAudio = (waiting: readonly OutboundFrame[]): readonly OutboundFrame[] =>
  dropOldest(waiting, maxWaitingMs, audioMsOf, (frame) => audioMsOf(frame) > 0).kept;

const audioMsOf = ({ audioMs }: OutboundFrame): number => audioMs;

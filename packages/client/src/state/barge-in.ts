/**
 * An interruption that can be undone. At the onset of the user's voice the answer is held at once; unless the server
 * confirms the interruption in 600 ms, the answer goes on where it was.
 *
 *     playing ──onset──▶ held ──interrupted──▶ the answer is discarded
 *        ▲                 │ 600 ms
 *        └─────────────────┘
 *
 * A cough costs the answer a pause. An echo that the browser does not cancel would cost it one after the other: after each
 * false alarm the next onset counts only later.
 */

/** In ms. The service confirms speech within its detector's delay and a round trip. */
export const confirmationMs = 600;
/** The wait after the first false alarm, which doubles, and its bound, in ms. */
const [firstPauseMs, longestPauseMs] = [1_000, 16_000];

export interface BargeIn {
  /** When the answer was held; undefined while it plays. */
  readonly heldAt: number | undefined;
  readonly falseAlarms: number;
  /** No onset counts before. */
  readonly deafUntil: number;
}

export const noBargeIn: BargeIn = { heldAt: undefined, falseAlarms: 0, deafUntil: -Infinity };

/** The user may have begun to speak over the answer. @returns the same state if that does not count. */
export const onsetHeard = (state: BargeIn, now: number): BargeIn =>
  state.heldAt !== undefined || now < state.deafUntil ? state : { ...state, heldAt: now };

/** It was no speech, as the client itself found out: that took no more than a moment, and costs the next onset nothing. */
export const onsetWithdrawn = (state: BargeIn): BargeIn => ({ ...state, heldAt: undefined });

/** The server has not confirmed it in time. */
export function alarmWasFalse({ falseAlarms }: BargeIn, now: number): BargeIn {
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** falseAlarms);
  return { heldAt: undefined, falseAlarms: falseAlarms + 1, deafUntil: now + pauseMs };
}

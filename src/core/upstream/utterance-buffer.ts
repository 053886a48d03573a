/**
 * The sound of what the user is saying, until the model has understood it: a link that is lost in the
 * middle loses it, so it is said again. In memory only, and bounded.
 */
import type { Held } from "./pending-queue.ts";
import type { Saying } from "./encoding.ts";

export interface Utterance {
  readonly sayings: readonly Saying[];
  readonly bytes: number;
  /** Where the latest speech begins among them. */
  readonly onset: number;
}

export const unsaid: Utterance = { sayings: [], bytes: 0, onset: 0 };

/** Speech begins: what was said before it may still be understood by itself. */
export const begin = (utterance: Utterance): Utterance => ({
  ...utterance,
  onset: utterance.sayings.length,
});

/** @param limit in bytes; the oldest sound makes room. */
export function add(utterance: Utterance, saying: Saying, limit: number): Utterance {
  const sayings = [...utterance.sayings, saying];
  let { bytes, onset } = utterance;
  bytes += saying.bytes;
  while (bytes > limit && sayings.length > 1) {
    bytes -= sayings.shift()?.bytes ?? 0;
    onset = Math.max(0, onset - 1);
  }
  return { sayings, bytes, onset };
}

/** The model understood. @param speaking what is being said now is another utterance. */
export function understood({ sayings, onset }: Utterance, speaking: boolean): Utterance {
  if (!speaking) return unsaid;
  const left = sayings.slice(onset);
  return { sayings: left, bytes: left.reduce((sum, { bytes }) => sum + bytes, 0), onset: 0 };
}

/** What was held of it until there was a session. */
export const utteranceOf = ({ sayings }: Held, limit: number): Utterance =>
  sayings
    .filter(({ weight }) => weight === "audio")
    .reduce((utterance, saying) => add(utterance, saying, limit), unsaid);

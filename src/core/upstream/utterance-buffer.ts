/**
 * The sound of what the user is saying, until the model has understood it: a link that is lost in the
 * middle loses it, so it is said again. In memory only, and bounded.
 */
import type { PendingQueue } from "./pending-queue.ts";
import type { UpstreamMessage } from "./encoding.ts";

export interface UtteranceBuffer {
  readonly messages: readonly UpstreamMessage[];
  readonly bytes: number;
  /** Where the latest speech begins among them. */
  readonly onset: number;
}

export const emptyUtterance: UtteranceBuffer = { messages: [], bytes: 0, onset: 0 };

/** Speech begins: what was said before it may still be understood by itself. */
export const markOnset = (utterance: UtteranceBuffer): UtteranceBuffer => ({
  ...utterance,
  onset: utterance.messages.length,
});

/** @param limit in bytes; the oldest sound makes room. */
export function append(
  utterance: UtteranceBuffer,
  saying: UpstreamMessage,
  limit: number,
): UtteranceBuffer {
  const sayings = [...utterance.messages, saying];
  let { bytes, onset } = utterance;
  bytes += saying.bytes;
  while (bytes > limit && sayings.length > 1) {
    bytes -= sayings.shift()?.bytes ?? 0;
    onset = Math.max(0, onset - 1);
  }
  return { messages: sayings, bytes, onset };
}

/** The model understood. @param speaking what is being said now is another utterance. */
export function dropUnderstood(
  { messages, onset }: UtteranceBuffer,
  speaking: boolean,
): UtteranceBuffer {
  if (!speaking) return emptyUtterance;
  const left = messages.slice(onset);
  return { messages: left, bytes: left.reduce((sum, { bytes }) => sum + bytes, 0), onset: 0 };
}

/** What was held of it until there was a session. */
export const utteranceOf = ({ messages }: PendingQueue, limit: number): UtteranceBuffer =>
  messages
    .filter(({ kind }) => kind === "audio")
    .reduce((utterance, saying) => append(utterance, saying, limit), emptyUtterance);

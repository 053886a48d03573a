/**
 * The audio of the user's current utterance, until the model has understood it: a session that is lost before that
 * loses it, so the next one gets it again. In memory only, and bounded.
 */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { bytesOf, totalBytes, type UpstreamMessage } from "./encoding.ts";
import type { PendingQueue } from "./pending-queue.ts";

export interface UtteranceBuffer {
  readonly messages: readonly UpstreamMessage[];
  readonly bytes: number;
  /** Index of the message at which the latest speech begins. */
  readonly onset: number;
}

export const emptyUtterance: UtteranceBuffer = { messages: [], bytes: 0, onset: 0 };

/** Speech begins: the audio before it may still be understood by itself. */
export const markOnset = (utterance: UtteranceBuffer): UtteranceBuffer => ({
  ...utterance,
  onset: utterance.messages.length,
});

/** @param limit in bytes; the oldest audio makes room. */
export function append(
  { messages, bytes, onset }: UtteranceBuffer,
  message: UpstreamMessage,
  limit: number,
): UtteranceBuffer {
  const total = bytes + message.bytes;
  if (total <= limit) return { messages: [...messages, message], bytes: total, onset };
  const { kept, dropped } = dropOldest([...messages, message], limit, bytesOf);
  return { messages: kept, bytes: totalBytes(kept), onset: Math.max(0, onset - dropped.length) };
}

/** The model understood the utterance. @param speaking the user is in the middle of another one. */
export function dropUnderstood(
  { messages, onset }: UtteranceBuffer,
  speaking: boolean,
): UtteranceBuffer {
  if (!speaking) return emptyUtterance;
  const left = messages.slice(onset);
  return { messages: left, bytes: totalBytes(left), onset: 0 };
}

/** The audio that was queued before there was a session. */
export const utteranceOf = ({ messages }: PendingQueue, limit: number): UtteranceBuffer =>
  messages
    .filter(({ kind }) => kind === "audio")
    .reduce((utterance, message) => append(utterance, message, limit), emptyUtterance);

/**
 * The audio of the user's current utterance, with the marks of its activity, until the model has understood it: a session
 * that is lost before that loses it, so the next one gets it again. An activity that is open stays open in the next one,
 * so its mark is kept even if the audio before it is not. In memory only, and bounded.
 */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { activityMarkOf, bytesOf, totalBytes, type UpstreamMessage } from "./encoding.ts";
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
  const left = openMarkOf(dropped);
  return {
    messages: [...left, ...kept],
    bytes: totalBytes(kept),
    onset: Math.max(0, onset - dropped.length + left.length),
  };
}

/** An activity begins or ends. Without audio it is nothing that the next session must get, unless it is open. */
export function appendMark(utterance: UtteranceBuffer, mark: UpstreamMessage): UtteranceBuffer {
  if (utterance.bytes > 0) return { ...utterance, messages: [...utterance.messages, mark] };
  return activityMarkOf(mark) === "start"
    ? { ...emptyUtterance, messages: [mark] }
    : emptyUtterance;
}

/** The model understood the utterance. @param speaking the user is in the middle of another one. */
export function dropUnderstood(
  { messages, onset }: UtteranceBuffer,
  speaking: boolean,
): UtteranceBuffer {
  const kept = speaking ? messages.slice(onset) : [];
  const dropped = speaking ? messages.slice(0, onset) : messages;
  return { messages: [...openMarkOf(dropped), ...kept], bytes: totalBytes(kept), onset: 0 };
}

/** The audio and the marks that were queued before there was a session. */
export const utteranceOf = ({ messages }: PendingQueue, limit: number): UtteranceBuffer =>
  messages.reduce((utterance, message) => {
    if (message.kind === "audio") return append(utterance, message, limit);
    return activityMarkOf(message) ? appendMark(utterance, message) : utterance;
  }, emptyUtterance);

/** The mark of the activity that is open after some messages. */
function openMarkOf(messages: readonly UpstreamMessage[]): readonly UpstreamMessage[] {
  const last = messages.findLast((message) => activityMarkOf(message) !== undefined);
  return last && activityMarkOf(last) === "start" ? [last] : [];
}

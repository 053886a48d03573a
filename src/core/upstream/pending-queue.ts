/** Queue of input while no session is on. It is bounded: the oldest audio and video make room, text never does. */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { bytesOf, isMedia, totalBytes, type UpstreamMessage } from "./encoding.ts";

export interface PendingQueue {
  readonly messages: readonly UpstreamMessage[];
  readonly bytes: number;
}

export const emptyQueue: PendingQueue = { messages: [], bytes: 0 };

/**
 * Adds a message.
 * @param limit in bytes.
 * @returns undefined when there is no room for it and no media to drop: the caller must report that.
 */
export function enqueue(
  queue: PendingQueue,
  message: UpstreamMessage,
  limit: number,
): PendingQueue | undefined {
  const { kept } = dropOldest([...queue.messages, message], limit, bytesOf, isMedia);
  const bytes = totalBytes(kept);
  return bytes > limit ? undefined : { messages: kept, bytes };
}

/** What was said while there is no link: bounded; the oldest audio and pictures make room, words never do. */
import type { UpstreamMessage } from "./encoding.ts";

export interface PendingQueue {
  readonly messages: readonly UpstreamMessage[];
  readonly bytes: number;
}

export const emptyQueue: PendingQueue = { messages: [], bytes: 0 };

/**
 * Holds one more.
 * @param limit in bytes. Stale media is dropped to make room.
 * @returns undefined when only words are left and there is no room: the caller must say so.
 */
export function enqueue(
  held: PendingQueue,
  saying: UpstreamMessage,
  limit: number,
): PendingQueue | undefined {
  let { messages, bytes } = {
    messages: [...held.messages, saying],
    bytes: held.bytes + saying.bytes,
  };
  while (bytes > limit) {
    const oldest = messages.findIndex((each) => each.kind === "audio" || each.kind === "video");
    if (oldest === -1) return undefined;
    bytes -= messages[oldest]?.bytes ?? 0;
    messages = messages.toSpliced(oldest, 1);
  }
  return { messages, bytes };
}

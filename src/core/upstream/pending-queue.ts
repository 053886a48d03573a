/**
 * Queue of input while no session is on. It is bounded: the oldest audio and video make room, text never does.
 *
 * It changes in place, because each microphone frame is written to it.
 */
import { isMedia, type UpstreamMessage } from "./encoding.ts";

interface Bounds {
  readonly maxPendingBytes: number;
  readonly maxPendingMessages: number;
}

export class PendingQueue {
  readonly #messages: UpstreamMessage[];
  #bytes = 0;
  /** Of audio and video, which may be dropped. */
  #mediaBytes = 0;
  #mediaCount = 0;

  constructor(messages: readonly UpstreamMessage[] = []) {
    this.#messages = [...messages];
    for (const message of messages) this.#count(message, 1);
  }

  /** Valid until the queue changes. */
  get messages(): readonly UpstreamMessage[] {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message. @returns false when there is no room for it and no media to drop: the caller must report that. */
  push(message: UpstreamMessage, bounds: Bounds): boolean {
    const { maxPendingBytes, maxPendingMessages } = bounds;
    const isKept = !isMedia(message);
    const bytes = this.#bytes - this.#mediaBytes + (isKept ? message.bytes : 0);
    const count = this.#messages.length - this.#mediaCount + (isKept ? 1 : 0);
    if (bytes > maxPendingBytes || count > maxPendingMessages) return false;
    this.#messages.push(message);
    this.#count(message, 1);
    while (this.#bytes > maxPendingBytes || this.#messages.length > maxPendingMessages)
      this.#dropOldestMedia();
    return true;
  }

  #dropOldestMedia(): void {
    const oldest = this.#messages.findIndex(isMedia);
    for (const message of this.#messages.splice(oldest, 1)) this.#count(message, -1);
  }

  #count(message: UpstreamMessage, sign: 1 | -1): void {
    this.#bytes += sign * message.bytes;
    if (!isMedia(message)) return;
    this.#mediaBytes += sign * message.bytes;
    this.#mediaCount += sign;
  }
}

/** Shared, and never changed: `enqueue` begins another one. */
export const emptyQueue = new PendingQueue();

/** The queue with a message more; undefined when there is no room for it. */
export function enqueue(
  queue: PendingQueue,
  message: UpstreamMessage,
  bounds: Bounds,
): PendingQueue | undefined {
  const own = queue === emptyQueue ? new PendingQueue() : queue;
  return own.push(message, bounds) ? own : undefined;
}

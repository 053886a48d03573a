import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRequest, isMedia, type UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import { emptyQueue, enqueue } from "../../src/core/upstream/pending-queue.ts";
import { RetransmitBuffer } from "../../src/core/upstream/retransmit-buffer.ts";
import { message } from "./upstream-script.ts";

const bounds = { maxPendingBytes: 1_000, maxPendingMessages: 4 };
const sum = (messages: readonly UpstreamMessage[]): number =>
  messages.reduce((total, { bytes }) => total + bytes, 0);

/** As slow as it is plain. @returns undefined if the message has no room. */
function enqueuePlainly(
  queue: readonly UpstreamMessage[],
  added: UpstreamMessage,
): UpstreamMessage[] | undefined {
  const kept = [...queue, added];
  while (sum(kept) > bounds.maxPendingBytes || kept.length > bounds.maxPendingMessages) {
    const oldest = kept.findIndex(isMedia);
    if (oldest === -1) return undefined;
    kept.splice(oldest, 1);
  }
  return kept;
}

describe("[LINK3] the pending queue is bounded in bytes and in messages", () => {
  const any = fc.record({
    kind: fc.constantFrom("text" as const, "audio" as const, "video" as const),
    bytes: fc.integer({ min: 0, max: 400 }),
  });

  it("drops the oldest audio and pictures, refuses what has no room, and stays as it is then", () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (added) => {
        let queue = emptyQueue;
        let expected: readonly UpstreamMessage[] = [];
        for (const { kind, bytes } of added) {
          const next = { ...message(kind), bytes };
          const after = enqueuePlainly(expected, next);
          const own = enqueue(queue, next, bounds);
          expect(own === undefined).toBe(after === undefined);
          queue = own ?? queue;
          expected = after ?? expected;
          expect(queue.messages).toEqual(expected);
          expect(queue.bytes).toBe(sum(expected));
        }
        expect(emptyQueue.messages).toEqual([]);
      }),
    );
  });

  it.each(["activityStart", "activityEnd", "audioStreamEnd"] as const)(
    "%s has a weight there and in the retransmit buffer",
    (type) => {
      const mark = encodeRequest({ type }, { text: "realtimeInput" });
      const buffer = new RetransmitBuffer(1_000);
      let queue = emptyQueue;
      for (let at = 0; at < 100; at++) {
        queue = enqueue(queue, mark, { ...bounds, maxPendingMessages: 1_000 }) ?? queue;
        buffer.record(mark);
      }
      expect(queue.messages.length).toBeLessThan(20);
      expect(buffer.messages.length).toBeLessThan(20);
      expect(buffer.bytes).toBeLessThanOrEqual(1_000);
    },
  );
});

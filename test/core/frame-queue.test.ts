import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64Audio } from "../../src/wire/parley-v1.ts";
import { FrameQueue } from "../../src/core/delivery/frame-queue.ts";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";

const kinds = ["bytes", "json", "text"] as const;

function frameOf(kind: (typeof kinds)[number], seq: number): OutboundFrame {
  const data = kind === "bytes" ? new Uint8Array(500 + seq).fill(seq) : `{"Zoë":${seq}}`;
  const bytes = kind === "text" ? data.length : new TextEncoder().encode(String(data)).length;
  return {
    seq,
    data,
    bytes: typeof data === "string" ? bytes : data.byteLength,
    audioMs: kind === "text" ? 0 : seq + 0.25,
    interrupts: false,
  };
}

const sum = (frames: readonly OutboundFrame[], of: (frame: OutboundFrame) => number): number =>
  frames.reduce((total, frame) => total + of(frame), 0);

describe("[FLOW8] frames that wait leave in order and unchanged, and audio among them can be dropped", () => {
  it("for any sequence of pushes, takes and drops", () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...kinds) },
      { weight: 3, arbitrary: fc.constant("shift" as const) },
      { weight: 2, arbitrary: fc.constant("dropOldestAudio" as const) },
      { weight: 1, arbitrary: fc.constant("dropAudio" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
        const queue = new FrameQueue();
        let model: OutboundFrame[] = [];
        for (const [seq, each] of steps.entries()) {
          if (each === "shift") {
            const { kept: _, ...frame } = queue.shift() ?? {};
            expect(frame).toEqual(model.shift() ?? {});
          } else if (each === "dropOldestAudio") {
            const oldest = model.find(({ audioMs }) => audioMs > 0);
            if (oldest) expect(queue.dropOldestAudio()).toBe(oldest.audioMs);
            model = model.filter((frame) => frame !== oldest);
          } else if (each === "dropAudio") {
            queue.dropAudio();
            model = model.filter(({ audioMs }) => audioMs === 0);
          } else {
            queue.push(frameOf(each, seq));
            model.push(frameOf(each, seq));
          }
          expect(queue.length).toBe(model.length);
          expect(queue.bytes).toBe(sum(model, ({ bytes }) => bytes));
          expect(queue.audioMs).toBeCloseTo(sum(model, ({ audioMs }) => audioMs));
          expect(queue.nextAudioMs).toBe(model[0]?.audioMs ?? 0);
          expect(queue.nextBytes).toBe(model[0]?.bytes ?? 0);
        }
      }),
    );
  });

  it("keeps audio once for all queues", () => {
    const queues = [new FrameQueue(), new FrameQueue()];
    const data = new Uint8Array(4).fill(1);
    for (const queue of queues)
      queue.push({ seq: 1, data, bytes: 4, audioMs: 1, interrupts: false });
    for (const queue of queues) expect(queue.shift()?.data).toBe(data);
  });

  it("a frame that the runtime still has to send keeps its audio when the next one is made", () => {
    const [first, second] = ["AQEBAQ==", "AgICAg=="].map((base64, at) =>
      encodeBase64Audio(at + 1, base64),
    );
    expect([first, second].map((frame) => [...(frame ?? [])])).toEqual([
      [1, 0, 0, 1, 1, 1, 1, 1],
      [1, 0, 0, 2, 2, 2, 2, 2],
    ]);
  });
});

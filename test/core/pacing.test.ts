import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";
import { maxAheadMs, maxWaitingMs, Pacing, pacingRate } from "../../src/core/delivery/pacing.ts";

const sound = (soundMs: number, data = ""): OutboundFrame => ({
  seq: 0,
  data,
  bytes: 0,
  audioMs: soundMs,
  interrupts: false,
});
const textFrame = (data: string, cuts = false): OutboundFrame => ({
  seq: 0,
  data,
  bytes: 0,
  audioMs: 0,
  interrupts: cuts,
});

/** Offers all frames at once, and then advances the time until none waits. */
function run(frames: readonly OutboundFrame[]) {
  const pacing = new Pacing(0);
  const sent: { frame: OutboundFrame; at: number }[] = [];
  for (const frame of frames)
    if (pacing.passes(frame, 0)) sent.push({ frame, at: 0 });
    else sent.push(...pacing.release(0).map((frame) => ({ frame, at: 0 })));
  for (let now = 0; ;) {
    const at = pacing.nextReleaseAt;
    if (at === undefined) return sent;
    expect(at).toBeGreaterThan(now);
    now = at;
    const out = pacing.release(now);
    expect(out.length).toBeGreaterThan(0);
    sent.push(...out.map((frame) => ({ frame, at: now })));
  }
}

describe("[FLOW5] To a client that does not acknowledge, the relay must send audio at 1.5 times real time after the first four seconds", () => {
  it("sends four seconds at once, and loses and reorders nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20, max: 1_000 }), { maxLength: 100 }), (lengths) => {
        const frames = lengths.map((ms, index) => sound(ms, `${index}`));
        const sent = run(frames);
        expect(sent.map(({ frame }) => frame.data)).toEqual(frames.map(({ data }) => data));
        let total = 0;
        for (const { frame, at } of sent) {
          expect(total).toBeLessThanOrEqual(maxAheadMs + at * pacingRate + 1);
          total += frame.audioMs;
        }
      }),
    );
  });

  it("keeps text in order behind audio; an interruption drops what waits", () => {
    const burst = Array.from({ length: 20 }, (_, index) => sound(500, `${index}`));
    const after = run([...burst, textFrame("after")]);
    expect(after.at(-1)?.frame.data).toBe("after");
    expect(after.at(-1)?.at).toBeGreaterThan(3_000);
    const cut = run([...burst, textFrame("stop", true)]);
    expect(cut.map(({ frame }) => frame.data)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `${index}`),
      "stop",
    ]);
  });

  it("drops the oldest audio above the limit", () => {
    const sent = run(Array.from({ length: 400 }, (_, index) => sound(500, `${index}`)));
    expect(sent.reduce((sum, { frame }) => sum + frame.audioMs, 0)).toBe(maxAheadMs + maxWaitingMs);
    expect(sent.at(-1)?.frame.data).toBe("399");
  });
});

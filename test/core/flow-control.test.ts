import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acknowledgeFrames,
  flowLimits,
  idleFlow,
  isTimedOut,
  enqueueFrame,
  type FlowState,
  type FlowOutput,
} from "../../src/core/delivery/flow-control.ts";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";

const sound = (seq: number, bytes = 4_800): OutboundFrame => ({
  seq,
  data: new Uint8Array(0),
  bytes,
  audioMs: bytes / 48,
  interrupts: false,
});
const textFrame = (seq: number, cuts = false): OutboundFrame => ({
  seq,
  data: "{}",
  bytes: 100,
  audioMs: 0,
  interrupts: cuts,
});

function play() {
  const at: { flow: FlowState; now: number; seq: number } = { flow: idleFlow, now: 0, seq: 0 };
  const out: FlowOutput[] = [];
  const offer = (make: (seq: number) => OutboundFrame) => {
    const [flow, sent] = enqueueFrame(at.flow, make(++at.seq), at.now);
    at.flow = flow;
    out.push(...sent);
  };
  return {
    at,
    out,
    offer,
    ack: (seq: number) => {
      const [flow, sent] = acknowledgeFrames(at.flow, seq, at.now);
      at.flow = flow;
      out.push(...sent);
    },
    seqs: () => out.flatMap((each) => ("frame" in each ? [each.frame.seq] : [])),
    skipped: () => out.reduce((sum, each) => sum + ("frame" in each ? 0 : each.skippedMs), 0),
  };
}

describe("[FLOW1] While more than 256 KiB are unacknowledged, the relay must queue audio for that client (at most 512 KiB)", () => {
  it("delivers a burst of ten seconds whole and in order to a client that acknowledges", () => {
    const { at, offer, ack, seqs, skipped } = play();
    for (let each = 0; each < 100; each++) offer(sound);
    expect(seqs()).toHaveLength(Math.floor(flowLimits.windowBytes / 4_800));
    offer(textFrame);
    expect(seqs()).not.toContain(101);
    for (let round = 0; round < 20; round++) {
      at.now += 50;
      ack(seqs().at(-1) ?? 0);
    }
    expect(seqs()).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
    expect(skipped()).toBe(0);
  });

  it("sends text at once while no audio waits", () => {
    const { offer, seqs } = play();
    for (let each = 0; each < 5_000; each++) offer(textFrame);
    expect(seqs()).toHaveLength(5_000);
  });

  it("discards the audio that waits at an interruption", () => {
    const { offer, ack, seqs, skipped, at } = play();
    for (let each = 0; each < 80; each++) offer(sound);
    const sent = seqs().length;
    offer((seq) => textFrame(seq, true));
    expect(seqs()).toHaveLength(sent + 1);
    ack(at.seq);
    expect(seqs()).toHaveLength(sent + 1);
    expect(skipped()).toBe(0);
  });
});

describe("[FLOW2] If a client has acknowledged nothing for 2 s, the relay must skip its audio and report the skipped milliseconds", () => {
  it("sends text, and first reports how much audio is missing", () => {
    const { at, offer, ack, out, seqs, skipped } = play();
    offer(sound);
    at.now = flowLimits.stallMs + 1;
    for (let each = 0; each < 10; each++) offer(sound);
    expect(seqs()).toEqual([1]);
    offer(textFrame);
    expect(out.slice(1)).toMatchObject([{ skippedMs: 1_000, seq: 12 }, { frame: { seq: 12 } }]);
    ack(12);
    offer(sound);
    expect(seqs()).toEqual([1, 12, 13]);
    expect(skipped()).toBe(1_000);
  });

  it("skips the audio that waits, the oldest first above the limit", () => {
    const { at, offer, seqs, skipped } = play();
    for (let each = 0; each < 400; each++) offer(sound);
    expect(at.flow.waiting.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(
      flowLimits.maxWaitingBytes,
    );
    at.now = flowLimits.stallMs + 1;
    offer(textFrame);
    expect(seqs().at(-1)).toBe(401);
    expect(seqs().length * 100 - 100 + skipped()).toBe(40_000);
  });
});

describe("[FLOW3] The relay must disconnect a client that has acknowledged nothing for 10 s", () => {
  it("does not time out a client that has nothing to acknowledge", () => {
    const { at, offer, ack } = play();
    at.now = 60_000;
    expect(isTimedOut(at.flow, at.now)).toBe(false);
    offer(textFrame);
    at.now += flowLimits.timeoutMs;
    expect(isTimedOut(at.flow, at.now)).toBe(false);
    at.now++;
    expect(isTimedOut(at.flow, at.now)).toBe(true);
    ack(1);
    expect(isTimedOut(at.flow, at.now)).toBe(false);
  });
});

describe("[FLOW4] In every sequence of events, flow control must keep the order and account for every frame", () => {
  it("never queues more than its limits", () => {
    const anyStep = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          offer: fc.constantFrom(
            "audio",
            "audio",
            "audio",
            "audio",
            "audio",
            "audio",
            "text",
            "interruption",
          ),
        }),
      },
      { weight: 1, arbitrary: fc.record({ ack: fc.double({ min: 0, max: 1, noNaN: true }) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(1_500) }) },
    );
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 50, maxLength: 200, size: "max" }), (steps) => {
        const { at, out, offer, ack, seqs, skipped } = play();
        let [offeredMs, voidedMs] = [0, 0];
        const texts = new Set<number>();
        for (const each of steps) {
          if ("pass" in each) at.now += each.pass;
          else if ("ack" in each) ack(Math.floor(each.ack * at.seq));
          else if (each.offer === "audio") {
            offeredMs += 500;
            offer((seq) => sound(seq, 24_000));
          } else {
            if (each.offer === "interruption")
              voidedMs += at.flow.waiting.reduce((sum, { audioMs }) => sum + audioMs, 0);
            offer((seq) => textFrame(seq, each.offer === "interruption"));
            texts.add(at.seq);
          }
          const waiting = at.flow.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(waiting).toBeLessThanOrEqual(flowLimits.maxWaitingBytes + 300 * 100);
          if (waiting > 0) reached.add("waits");
          if (at.flow.skippedMs > 0) reached.add("skips");
          if (voidedMs > 0) reached.add("void");
        }
        const sent = seqs();
        expect(sent).toEqual([...sent].sort((a, b) => a - b));
        const waiting = at.flow.waiting;
        for (const seq of texts)
          expect(sent.includes(seq) || waiting.some((each) => each.seq === seq)).toBe(true);
        const sentMs = out.reduce(
          (sum, each) => sum + ("frame" in each ? each.frame.audioMs : 0),
          0,
        );
        const waitingMs = waiting.reduce((sum, { audioMs }) => sum + audioMs, 0);
        expect(sentMs + waitingMs + skipped() + at.flow.skippedMs + voidedMs).toBe(offeredMs);
      }),
    );
    expect([...reached].sort()).toEqual(["skips", "void", "waits"]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowControl, flowLimits, type FlowOutput } from "../../src/core/delivery/flow-control.ts";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";

const sound = (seq: number, bytes = 4_800): OutboundFrame => ({
  seq,
  data: new Uint8Array(bytes),
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
  const flow = new FlowControl();
  const at = { now: 0, seq: 0 };
  const out: FlowOutput[] = [];
  const release = () => out.push(...flow.release(at.now));
  return {
    at,
    flow,
    out,
    offer: (make: (seq: number) => OutboundFrame) => {
      const frame = make(++at.seq);
      if (flow.passes(frame, at.now)) out.push({ frame });
      else release();
    },
    ack: (seq: number) => {
      flow.acknowledge(seq);
      release();
    },
    seqs: () => out.flatMap((each) => ("frame" in each ? [each.frame.seq] : [])),
    skipped: () => out.reduce((sum, each) => sum + ("frame" in each ? 0 : each.skippedMs), 0),
    sentMs: () => out.reduce((sum, each) => sum + ("frame" in each ? each.frame.audioMs : 0), 0),
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
    const { at, flow, offer, seqs, skipped } = play();
    for (let each = 0; each < 400; each++) offer(sound);
    expect(flow.waitingBytes).toBeLessThanOrEqual(flowLimits.maxWaitingBytes);
    at.now = flowLimits.stallMs + 1;
    offer(textFrame);
    expect(seqs().at(-1)).toBe(401);
    expect(seqs().length * 100 - 100 + skipped()).toBe(40_000);
  });
});

describe("[FLOW3] The relay must disconnect a client that has acknowledged nothing for 10 s", () => {
  it("does not time out a client that has nothing to acknowledge", () => {
    const { at, flow, offer, ack } = play();
    at.now = 60_000;
    expect(flow.isTimedOut(at.now)).toBe(false);
    offer(textFrame);
    at.now += flowLimits.timeoutMs;
    expect(flow.isTimedOut(at.now)).toBe(false);
    at.now++;
    expect(flow.isTimedOut(at.now)).toBe(true);
    ack(1);
    expect(flow.isTimedOut(at.now)).toBe(false);
  });
});

describe("[FLOW12] What a client has not acknowledged counts across a new hello", () => {
  it("with its age, until it acknowledges the seq of the answer", () => {
    const { at, flow, offer, ack } = play();
    for (let each = 0; each < 3; each++) offer(sound);
    at.now = 6_000;
    flow.resume(3);
    offer(textFrame);
    at.now = flowLimits.timeoutMs + 1;
    expect(flow.isTimedOut(at.now)).toBe(true);
    ack(2);
    expect(flow.isTimedOut(at.now)).toBe(true);
    ack(3);
    expect(flow.isTimedOut(at.now)).toBe(false);
    expect(flow.oldestUnread).toBe(4);
  });

  it("with its bytes, however often it resumes", () => {
    const { at, flow, offer } = play();
    const bytes = flowLimits.maxUnreadBytes / 4;
    for (let each = 1; each <= 5; each++) {
      expect(flow.isTimedOut(0)).toBe(false);
      offer((seq) => ({ ...textFrame(seq), bytes }));
      flow.resume(at.seq);
    }
    expect(flow.isTimedOut(0)).toBe(true);
  });

  it("and what waits is dropped: it is sent again", () => {
    const { at, flow, offer, ack, seqs } = play();
    for (let each = 0; each < 100; each++) offer(sound);
    const sent = seqs().length;
    flow.resume(sent);
    expect(flow.heldMs).toBe(0);
    ack(sent);
    expect(seqs()).toHaveLength(sent);
    offer(sound);
    expect(seqs().at(-1)).toBe(at.seq);
  });

  it("the frames before it may be missed until then, also if the conversation is told anew", () => {
    const { flow, offer, ack } = play();
    for (let each = 0; each < 5; each++) offer(sound);
    ack(1);
    flow.resume(3);
    expect(flow.oldestUnread).toBe(2);
    flow.resume(3);
    expect(flow.oldestUnread).toBe(2);
    ack(3);
    expect(flow.oldestUnread).toBe(undefined);
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
        const { at, flow, offer, ack, seqs, skipped, sentMs } = play();
        const accountedMs = () => sentMs() + skipped() + flow.heldMs;
        let offeredMs = 0;
        let voidedMs = 0;
        const texts: number[] = [];
        for (const each of steps) {
          const before = accountedMs();
          if ("pass" in each) at.now += each.pass;
          else if ("ack" in each) ack(Math.floor(each.ack * at.seq));
          else if (each.offer === "audio") {
            offeredMs += 500;
            offer((seq) => sound(seq, 24_000));
          } else {
            offer((seq) => textFrame(seq, each.offer === "interruption"));
            texts.push(at.seq);
            if (each.offer === "interruption") voidedMs += before - accountedMs();
          }
          expect(accountedMs() + voidedMs).toBe(offeredMs);
          expect(flow.waitingBytes).toBeLessThanOrEqual(flowLimits.maxWaitingBytes + 300 * 100);
          if (flow.waitingBytes > 0) reached.add("waits");
          if (skipped() > 0) reached.add("skips");
          if (voidedMs > 0) reached.add("void");
        }
        const sent = seqs();
        expect(sent).toEqual([...sent].sort((a, b) => a - b));
        ack(at.seq);
        at.now += flowLimits.stallMs + 1;
        while (flow.waitingBytes > 0) ack(seqs().at(-1) ?? 0);
        expect(seqs()).toEqual(expect.arrayContaining(texts));
      }),
    );
    expect([...reached].sort()).toEqual(["skips", "void", "waits"]);
  });
});

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
const words = (seq: number, cuts = false): OutboundFrame => ({
  seq,
  data: "{}",
  bytes: 100,
  audioMs: 0,
  interrupts: cuts,
});

function play() {
  const at: { flow: FlowState; now: number; seq: number } = { flow: idleFlow, now: 0, seq: 0 };
  const out: FlowOutput[] = [];
  const say = (make: (seq: number) => OutboundFrame) => {
    const [flow, sent] = enqueueFrame(at.flow, make(++at.seq), at.now);
    at.flow = flow;
    out.push(...sent);
  };
  return {
    at,
    out,
    say,
    ack: (seq: number) => {
      const [flow, sent] = acknowledgeFrames(at.flow, seq, at.now);
      at.flow = flow;
      out.push(...sent);
    },
    seqs: () => out.flatMap((each) => ("frame" in each ? [each.frame.seq] : [])),
    skipped: () => out.reduce((sum, each) => sum + ("frame" in each ? 0 : each.skippedMs), 0),
  };
}

describe("[FLOW1] over 256 KiB that were not acknowledged, sound waits for an acknowledgement", () => {
  it("a burst of ten seconds reaches a client that acknowledges, whole and in order", () => {
    const { at, say, ack, seqs, skipped } = play();
    for (let each = 0; each < 100; each++) say(sound);
    expect(seqs()).toHaveLength(Math.floor(flowLimits.windowBytes / 4_800));
    say(words);
    expect(seqs()).not.toContain(101);
    for (let round = 0; round < 20; round++) {
      at.now += 50;
      ack(seqs().at(-1) ?? 0);
    }
    expect(seqs()).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
    expect(skipped()).toBe(0);
  });

  it("words do not wait while no sound does", () => {
    const { say, seqs } = play();
    for (let each = 0; each < 5_000; each++) say(words);
    expect(seqs()).toHaveLength(5_000);
  });

  it("what waits when somebody interrupts is void", () => {
    const { say, ack, seqs, skipped, at } = play();
    for (let each = 0; each < 80; each++) say(sound);
    const sent = seqs().length;
    say((seq) => words(seq, true));
    expect(seqs()).toHaveLength(sent + 1);
    ack(at.seq);
    expect(seqs()).toHaveLength(sent + 1);
    expect(skipped()).toBe(0);
  });
});

describe("[FLOW2] sound for a client that has acknowledged nothing for 2 s is left out, and told", () => {
  it("words still go, and say first how much is missing", () => {
    const { at, say, ack, out, seqs, skipped } = play();
    say(sound);
    at.now = flowLimits.stallMs + 1;
    for (let each = 0; each < 10; each++) say(sound);
    expect(seqs()).toEqual([1]);
    say(words);
    expect(out.slice(1)).toMatchObject([{ skippedMs: 1_000, seq: 12 }, { frame: { seq: 12 } }]);
    ack(12);
    say(sound);
    expect(seqs()).toEqual([1, 12, 13]);
    expect(skipped()).toBe(1_000);
  });

  it("what waited is left out with it, the oldest first where too much waits", () => {
    const { at, say, seqs, skipped } = play();
    for (let each = 0; each < 400; each++) say(sound);
    expect(at.flow.waiting.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(
      flowLimits.maxWaitingBytes,
    );
    at.now = flowLimits.stallMs + 1;
    say(words);
    expect(seqs().at(-1)).toBe(401);
    expect(seqs().length * 100 - 100 + skipped()).toBe(40_000);
  });
});

describe("[FLOW3] a client that has acknowledged nothing for 10 s is lost", () => {
  it("and one that had nothing to acknowledge is not", () => {
    const { at, say, ack } = play();
    at.now = 60_000;
    expect(isTimedOut(at.flow, at.now)).toBe(false);
    say(words);
    at.now += flowLimits.timeoutMs;
    expect(isTimedOut(at.flow, at.now)).toBe(false);
    at.now++;
    expect(isTimedOut(at.flow, at.now)).toBe(true);
    ack(1);
    expect(isTimedOut(at.flow, at.now)).toBe(false);
  });
});

describe("[FLOW4] whatever happens, order holds, words arrive, sound is sent, waits, is void or was told", () => {
  it("and no more than the bounds is ever kept", () => {
    const happening = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          say: fc.constantFrom(
            "sound",
            "sound",
            "sound",
            "sound",
            "sound",
            "sound",
            "words",
            "cut",
          ),
        }),
      },
      { weight: 1, arbitrary: fc.record({ ack: fc.double({ min: 0, max: 1, noNaN: true }) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(1_500) }) },
    );
    const reached = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(happening, { minLength: 50, maxLength: 200, size: "max" }),
        (happenings) => {
          const { at, out, say, ack, seqs, skipped } = play();
          let [said, voided] = [0, 0];
          const told = new Set<number>();
          for (const each of happenings) {
            if ("pass" in each) at.now += each.pass;
            else if ("ack" in each) ack(Math.floor(each.ack * at.seq));
            else if (each.say === "sound") {
              said += 500;
              say((seq) => sound(seq, 24_000));
            } else {
              if (each.say === "cut")
                voided += at.flow.waiting.reduce((sum, { audioMs }) => sum + audioMs, 0);
              say((seq) => words(seq, each.say === "cut"));
              told.add(at.seq);
            }
            const waiting = at.flow.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
            expect(waiting).toBeLessThanOrEqual(flowLimits.maxWaitingBytes + 300 * 100);
            if (waiting > 0) reached.add("waits");
            if (at.flow.skippedMs > 0) reached.add("skips");
            if (voided > 0) reached.add("void");
          }
          const sent = seqs();
          expect(sent).toEqual([...sent].sort((a, b) => a - b));
          const waiting = at.flow.waiting;
          for (const seq of told)
            expect(sent.includes(seq) || waiting.some((each) => each.seq === seq)).toBe(true);
          const heard = out.reduce(
            (sum, each) => sum + ("frame" in each ? each.frame.audioMs : 0),
            0,
          );
          const waits = waiting.reduce((sum, { audioMs }) => sum + audioMs, 0);
          expect(heard + waits + skipped() + at.flow.skippedMs + voided).toBe(said);
        },
      ),
    );
    expect([...reached].sort()).toEqual(["skips", "void", "waits"]);
  });
});

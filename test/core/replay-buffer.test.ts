import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";
import { ReplayBuffer, replayLimits } from "../../src/core/delivery/replay-buffer.ts";

const sound = (seq: number): OutboundFrame => ({
  seq,
  data: new Uint8Array(4_804),
  bytes: 4_804,
  audioMs: 100,
  interrupts: false,
});
const words = (seq: number, cuts = false): OutboundFrame => ({
  seq,
  data: `${seq}`,
  bytes: 400,
  audioMs: 0,
  interrupts: cuts,
});

/** Frames from 1 on, one each `every` ms. */
function playing(frames: readonly ((seq: number) => OutboundFrame)[], every = 100): ReplayBuffer {
  const replay = new ReplayBuffer();
  for (const [index, make] of frames.entries()) replay.push(make(index + 1), index * every);
  return replay;
}

const seqs = (frames: readonly OutboundFrame[]) => frames.map(({ seq }) => seq);

describe("[NATIVE3] who comes back to what is remembered hears what was missed, once and in order", () => {
  it("and nothing of what was heard", () => {
    const replay = playing([words, sound, words, sound]);
    expect(seqs(replay.missedAfter(2).frames)).toEqual([3, 4]);
    expect(replay.missedAfter(4)).toEqual({ frames: [], skippedMs: 0 });
  });

  it("sound older than ten seconds is told as so many ms; words are not left out", () => {
    const replay = playing(Array.from({ length: 300 }, (_, at) => (at % 3 ? sound : words)));
    const { frames, skippedMs } = replay.missedAfter(0);
    expect(frames.filter(({ audioMs }) => audioMs === 0)).toHaveLength(100);
    expect(frames.filter(({ audioMs }) => audioMs > 0)).toHaveLength(68);
    expect(skippedMs).toBe(13_200);
  });

  it("sound that was interrupted is not worth hearing, and not missed", () => {
    const replay = playing([sound, sound, (seq) => words(seq, true), words, sound]);
    expect(replay.missedAfter(0)).toMatchObject({
      frames: [{ seq: 3 }, { seq: 4 }, { seq: 5 }],
      skippedMs: 0,
    });
  });
});

describe("[NATIVE4] what is remembered is bounded, and its floor says from where on it is whole", () => {
  it("by age and by bytes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(sound, words), fc.nat(2_000)), { maxLength: 400 }),
        (each) => {
          const replay = new ReplayBuffer();
          let [now, seq] = [0, 0];
          for (const [make, pass] of each) replay.push(make(++seq), (now += pass));
          const { all } = replay;
          expect(all.map(({ frame }) => frame.seq)).toEqual(
            Array.from(
              { length: seq - replay.resumableAfter },
              (_, index) => replay.resumableAfter + index + 1,
            ),
          );
          for (const { sentAt, stale, frame } of all) {
            expect(now - sentAt).toBeLessThanOrEqual(replayLimits.maxTextAgeMs);
            if (frame.audioMs > 0)
              expect(stale || now - sentAt <= replayLimits.maxAudioAgeMs).toBe(true);
          }
        },
      ),
    );
  });

  it("a flood of words leaves its end, a flood of sound its places", () => {
    const flood = playing(
      Array.from({ length: 2_000 }, () => words),
      1,
    );
    expect(flood.all.length * 400).toBeLessThanOrEqual(replayLimits.maxTextBytes);
    expect(flood.resumableAfter).toBe(2_000 - flood.all.length);
    const noise = playing(
      Array.from({ length: 1_000 }, () => sound),
      1,
    );
    const held = noise.all.filter(({ stale }) => !stale);
    expect(held.length * 4_804).toBeLessThanOrEqual(replayLimits.maxAudioBytes);
    expect(noise.resumableAfter).toBe(0);
  });
});

describe("[NATIVE5] who comes late is told the words of the answer under way, and no sound from before", () => {
  it("between the last that was kept and their coming", () => {
    const replay = playing([words, words, sound, words, sound]);
    expect(seqs(replay.textBetween(1, 4))).toEqual([2, 4]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutboundFrame } from "../../src/core/delivery/outbound-frame.ts";
import { ReplayBuffer, replayLimits } from "../../src/core/delivery/replay-buffer.ts";

const audioFrame = (seq: number): OutboundFrame => ({
  seq,
  data: new Uint8Array(4_804).fill(seq),
  bytes: 4_804,
  audioMs: 100,
  interrupts: false,
});
const textFrame = (seq: number, cuts = false): OutboundFrame => ({
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

describe("[NATIVE3] If a client reconnects with a resume point in the replay buffer, the relay must send the missed frames once and in order", () => {
  it("sends nothing that the client has", () => {
    const replay = playing([textFrame, audioFrame, textFrame, audioFrame]);
    expect(seqs(replay.missedAfter(2).frames)).toEqual([3, 4]);
    expect(replay.missedAfter(4)).toEqual({ frames: [], skippedMs: 0 });
  });

  it("reports audio older than ten seconds in ms and sends all text", () => {
    const replay = playing(
      Array.from({ length: 300 }, (_, at) => (at % 3 ? audioFrame : textFrame)),
    );
    const { frames, skippedMs } = replay.missedAfter(0);
    expect(frames.filter(({ audioMs }) => audioMs === 0)).toHaveLength(100);
    expect(frames.filter(({ audioMs }) => audioMs > 0)).toHaveLength(68);
    expect(skippedMs).toBe(13_200);
  });

  it("reports audio that was dropped since all clients have it, and sends all text", () => {
    const replay = playing([audioFrame, textFrame, audioFrame, audioFrame, textFrame]);
    replay.releaseAudioBefore(4);
    expect(replay.audioBytes).toBe(4_804);
    expect(replay.audioMs).toBe(300);
    const { frames, skippedMs } = replay.missedAfter(0);
    expect(seqs(frames)).toEqual([2, 4, 5]);
    expect(skippedMs).toBe(200);
    expect(replay.missedAfter(3)).toMatchObject({ frames: [{ seq: 4 }, { seq: 5 }], skippedMs: 0 });
  });

  it("keeps the audio behind the last frame that was dropped, and takes more", () => {
    const replay = playing([audioFrame, textFrame]);
    replay.releaseAudioBefore(3);
    replay.releaseAudioBefore(3);
    replay.push(audioFrame(3), 300);
    replay.releaseAudioBefore(2);
    expect(replay.missedAfter(0)).toMatchObject({
      frames: [{ seq: 2 }, { seq: 3, data: new Uint8Array(4_804).fill(3) }],
      skippedMs: 100,
    });
  });

  it("neither sends nor reports interrupted audio", () => {
    const replay = playing([
      audioFrame,
      audioFrame,
      (seq) => textFrame(seq, true),
      textFrame,
      audioFrame,
    ]);
    expect(replay.missedAfter(0)).toMatchObject({
      frames: [{ seq: 3 }, { seq: 4 }, { seq: 5 }],
      skippedMs: 0,
    });
  });
});

describe("[NATIVE4] The replay buffer must not exceed one minute, 256 KiB of text and 1 MiB of audio", () => {
  it("bounds it by age and bytes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(audioFrame, textFrame), fc.nat(2_000)), {
          maxLength: 400,
        }),
        (each) => {
          const replay = new ReplayBuffer();
          let [now, seq] = [0, 0];
          for (const [make, pass] of each) replay.push(make(++seq), (now += pass));
          const kept = Array.from(
            { length: seq - replay.resumableAfter },
            (_, index) => replay.resumableAfter + index + 1,
          );
          expect(replay.length).toBe(kept.length);
          for (const each of kept)
            expect(now - (replay.sentAt(each) ?? 0)).toBeLessThanOrEqual(replayLimits.maxTextAgeMs);
          expect(replay.sentAt(replay.resumableAfter)).toBeUndefined();
          const { frames, skippedMs } = replay.missedAfter(replay.resumableAfter);
          expect(seqs(frames)).toEqual(seqs(frames).toSorted((a, b) => a - b));
          const audio = frames.filter(({ audioMs }) => audioMs > 0);
          for (const frame of audio) {
            expect(now - (replay.sentAt(frame.seq) ?? 0)).toBeLessThanOrEqual(
              replayLimits.maxAudioAgeMs,
            );
            expect(frame).toEqual(audioFrame(frame.seq));
          }
          expect(audio.length * 100 + skippedMs).toBe(replay.audioMs);
        },
      ),
    );
  });

  it("keeps the end of a flood of text, and the lengths of a flood of audio", () => {
    const flood = playing(
      Array.from({ length: 2_000 }, () => textFrame),
      1,
    );
    expect(flood.length * 400).toBeLessThanOrEqual(replayLimits.maxTextBytes);
    expect(flood.resumableAfter).toBe(2_000 - flood.length);
    const noise = playing(
      Array.from({ length: 1_000 }, () => audioFrame),
      1,
    );
    expect(noise.audioBytes).toBeGreaterThan(replayLimits.maxAudioBytes - 4_804);
    expect(noise.audioBytes).toBeLessThanOrEqual(replayLimits.maxAudioBytes);
    expect(noise.resumableAfter).toBe(0);
    expect(noise.audioMs).toBe(100_000);
  });

  it("keeps a copy of audio: the memory of the next frame may be the same", () => {
    const replay = new ReplayBuffer();
    const memory = new Uint8Array(8).fill(1);
    replay.push({ ...audioFrame(1), data: memory.subarray(0, 4) }, 0);
    memory.fill(2);
    expect(replay.missedAfter(0).frames[0]?.data).toEqual(new Uint8Array(4).fill(1));
  });
});

describe("[NATIVE5] A client that joins during an answer must receive the transcript of that answer and no audio sent before it joined", () => {
  it("sends the text between the last recorded frame and the join", () => {
    const replay = playing([textFrame, textFrame, audioFrame, textFrame, audioFrame]);
    expect(seqs(replay.textBetween(1, 4))).toEqual([2, 4]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  audioKind,
  parseResumePoint,
  decodeAudioFrame,
  expandSeq,
  formatResumePoint,
  encodeAudioFrame,
} from "../../src/wire/parley-v1.ts";

const wrap = 2 ** 24;

describe("[NATIVE1] a sound frame says its kind and the low bits of its seq", () => {
  it("most significant byte first, and the samples come back", () => {
    const frame = encodeAudioFrame(0x1_02_03_04, new Uint8Array([7, 8, 9, 10]));
    expect([...frame]).toEqual([audioKind, 2, 3, 4, 7, 8, 9, 10]);
    const sound = decodeAudioFrame(frame.slice().buffer, 0x1_02_03_00);
    expect(sound).toMatchObject({ kind: audioKind, seq: 0x1_02_03_04 });
    expect([...(sound?.pcm ?? [])]).toEqual([7, 8, 9, 10]);
  });

  it("a frame that is too short is none", () => {
    expect(decodeAudioFrame(new ArrayBuffer(3), 0)).toBeUndefined();
  });

  it("the whole seq is the one nearest to the last", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 40),
        fc.integer({ min: -(wrap / 2) + 1, max: wrap / 2 - 1 }),
        (last, step) => {
          const seq = Math.max(0, last + step);
          expect(expandSeq(seq % wrap, last)).toBe(seq);
        },
      ),
    );
  });
});

describe("[NATIVE2] a resume point is written epoch.seq", () => {
  it("and read back; anything else is none", () => {
    const point = { epoch: 1_764_316_800, seq: 42 };
    expect(parseResumePoint(formatResumePoint(point))).toEqual(point);
    for (const none of ["", "1", "1.", ".1", "1.2.3", "-1.2", "a.b", `1.${"9".repeat(16)}`])
      expect(parseResumePoint(none)).toBeUndefined();
  });
});

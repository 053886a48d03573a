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

describe("[NATIVE1] An audio frame must carry its kind and the low 24 bits of its `seq`", () => {
  it("writes the most significant byte first and returns the samples", () => {
    const frame = encodeAudioFrame(0x1_02_03_04, new Uint8Array([7, 8, 9, 10]));
    expect([...frame]).toEqual([audioKind, 2, 3, 4, 7, 8, 9, 10]);
    const sound = decodeAudioFrame(frame.slice().buffer, 0x1_02_03_00);
    expect(sound).toMatchObject({ kind: audioKind, seq: 0x1_02_03_04 });
    expect([...(sound?.payload ?? [])]).toEqual([7, 8, 9, 10]);
  });

  it("refuses a frame that is too short", () => {
    expect(decodeAudioFrame(new ArrayBuffer(3), 0)).toBeUndefined();
  });

  it("expands to the seq nearest to the last", () => {
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

describe("[NATIVE2] A resume point must be written `epoch.seq`", () => {
  it("reads it back and refuses every other form", () => {
    const point = { epoch: 1_764_316_800, seq: 42 };
    expect(parseResumePoint(formatResumePoint(point))).toEqual(point);
    for (const none of ["", "1", "1.", ".1", "1.2.3", "-1.2", "a.b", `1.${"9".repeat(16)}`])
      expect(parseResumePoint(none)).toBeUndefined();
  });
});

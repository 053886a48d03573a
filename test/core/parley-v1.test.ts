import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parleyV1 } from "../../src/protocols/parley-v1/codec.ts";
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

describe("[WIRE10] The short way of an acknowledgement must give what the full parser gives", () => {
  it("for any number, in any spelling", () => {
    const numbers = fc.oneof(
      fc.nat(),
      fc.maxSafeNat(),
      fc.constantFrom("00", "01", "-1", "1.0", "1e3", "9".repeat(16), "9".repeat(400), "", '"1"'),
    );
    const frames = numbers.map((seq) => `{"type":"ack","seq":${seq}}`);
    const cut = fc
      .tuple(frames, fc.nat(40), fc.nat(3), fc.string({ maxLength: 3 }))
      .map(
        ([text, at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed),
      );
    fc.assert(
      // White space in front leads to the full parser.
      fc.property(fc.oneof(frames, cut), (text) => {
        expect(parleyV1.decode(text)).toEqual(parleyV1.decode(` ${text}`));
      }),
      { numRuns: 2_000 },
    );
    expect(parleyV1.decode('{"type":"ack","seq":12}')).toEqual({ type: "ack", seq: 12 });
  });
});

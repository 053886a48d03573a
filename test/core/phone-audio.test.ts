import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSample, encodeSample, fromMulaw, toMulaw } from "../../src/wire/mulaw.ts";
import { Resampler } from "../../src/wire/resampler.ts";

describe("[PHONE1] The µ-law codec must match G.711 byte for byte", () => {
  it.each([
    [0, 0xff, 0],
    [8, 0xfe, 8],
    [100, 0xf2, 104],
    [-100, 0x72, -104],
    [1000, 0xce, 988],
    [-1000, 0x4e, -988],
    [32_767, 0x80, 32_124],
    [-32_768, 0x00, -32_124],
  ])("%i is %i, and comes back as %i", (sample, byte, back) => {
    expect(encodeSample(sample)).toBe(byte);
    expect(decodeSample(byte)).toBe(back);
  });

  it("round-trips every byte but negative zero", () => {
    for (let byte = 0; byte < 256; byte++)
      expect(encodeSample(decodeSample(byte))).toBe(byte === 0x7f ? 0xff : byte);
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(toMulaw(fromMulaw(all))).toEqual(all.with(0x7f, 0xff));
  });

  it("clips samples that are too loud", () => {
    expect([...toMulaw(Float32Array.of(1.5, -1.5))]).toEqual([0x80, 0x00]);
  });
});

const tone = (hertz: number, rate: number, ms: number): Float32Array =>
  Float32Array.from(
    { length: (rate * ms) / 1000 },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / rate),
  );

function converted(from: number, to: number, pieces: readonly Float32Array[]): Float32Array {
  const resampler = new Resampler(from, to);
  const out = pieces.map((piece) => {
    const out = new Float32Array(resampler.capacityFor(piece.length));
    return out.subarray(0, resampler.push(piece, out));
  });
  return Float32Array.from(out.flatMap((each) => [...each]));
}

/** Loudness of the middle, against that of the tone that went in, in dB. */
function level(samples: Float32Array): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
  const power = middle.reduce((sum, sample) => sum + sample ** 2, 0) / middle.length;
  return 10 * Math.log10(power / (0.5 ** 2 / 2));
}

/** How loud one pitch is in the middle of samples of 16 kHz, against the tone that went in, in dB. */
function at(hertz: number, samples: Float32Array): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
  const [re, im] = [Math.cos, Math.sin].map(
    (wave) =>
      middle.reduce((sum, each, i) => sum + each * wave((2 * Math.PI * hertz * i) / 16_000), 0) /
      (middle.length / 2),
  );
  return 20 * Math.log10(Math.hypot(re ?? 0, im ?? 0) / 0.5);
}

describe("[PHONE2] The resampler must keep its filter state between chunks", () => {
  it.each([300, 1000, 3000, 3400])("24 to 8 kHz: keeps %i Hz within 1 dB", (hertz) => {
    expect(Math.abs(level(converted(24_000, 8_000, [tone(hertz, 24_000, 400)])))).toBeLessThan(1);
  });

  it.each([4600, 5000, 7000, 9000, 11_000])("24 to 8 kHz: does not alias %i Hz", (hertz) => {
    expect(level(converted(24_000, 8_000, [tone(hertz, 24_000, 400)]))).toBeLessThan(-40);
  });

  it("8 to 16 kHz: keeps a tone without a mirror image", () => {
    const up = converted(8_000, 16_000, [tone(1_000, 8_000, 400)]);
    expect(Math.abs(level(up))).toBeLessThan(1);
    expect(at(1_000, up)).toBeGreaterThan(-1);
    expect(at(7_000, up)).toBeLessThan(-40);
  });

  it("gives the same output for chunks of any length", () => {
    const whole = tone(700, 24_000, 200);
    const once = converted(24_000, 8_000, [whole]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 3 }), (lengths) => {
        const pieces: Float32Array[] = [];
        let at = 0;
        for (const length of [...lengths, whole.length]) {
          pieces.push(whole.subarray(at, at + length));
          at += length;
        }
        expect(converted(24_000, 8_000, pieces)).toEqual(once);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps the state of two resamplers apart", () => {
    const [a, b] = [new Resampler(24_000, 8_000), new Resampler(24_000, 8_000)];
    const out = new Float32Array(100);
    a.push(new Float32Array(240).fill(1), out);
    const count = b.push(new Float32Array(240), out);
    expect([...out.subarray(0, count)].every((sample) => sample === 0)).toBe(true);
  });
});

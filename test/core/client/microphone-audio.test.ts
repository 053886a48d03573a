import { expect, test } from "vitest";
import { Framer, toPcm16 } from "../../../packages/client/src/audio/framer.ts";
import { smoothLevel, measureLevel } from "../../../packages/client/src/audio/loudness.ts";
import { Resampler } from "../../../src/wire/resampler.ts";

const to = 16_000;

const sine = (rate: number, hertz: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate),
  );

function resample(input: Float32Array, from: number, block: number): Float32Array {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  const resampled = new Float32Array(resampler.capacityFor(block));
  for (let at = 0; at < input.length; at += block)
    out.push(...resampled.subarray(0, resampler.push(input.subarray(at, at + block), resampled)));
  return Float32Array.from(out);
}

/** Strength of one frequency, 1 for a full sine, leaving out the filter's start. */
function strength(samples: Float32Array, hertz: number): number {
  const steady = samples.subarray(800, 800 + 4_800);
  let re = 0;
  let im = 0;
  steady.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hertz * i) / to);
    im += value * Math.sin((2 * Math.PI * hertz * i) / to);
  });
  return (2 * Math.hypot(re, im)) / steady.length;
}

test.each([8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000])(
  "[PAGE18] resampling %i Hz to 16 kHz preserves pitch, loudness and length",
  (from) => {
    const out = resample(sine(from, 1_000), from, 128);
    expect(strength(out, 1_000)).toBeGreaterThan(0.99);
    expect(strength(out, 1_000)).toBeLessThan(1.01);
    expect(Math.abs(out.length - to / 2)).toBeLessThanOrEqual(2);
  },
);

test.each([24_000, 44_100, 48_000])(
  "[PAGE18] resampling %i Hz to 16 kHz filters frequencies above 8 kHz",
  (from) => {
    const hertz = 10_000;
    expect(strength(resample(sine(from, hertz), from, 128), to - hertz)).toBeLessThan(0.001);
  },
);

test("[PAGE18] resampling does not depend on the block size", () => {
  const input = sine(44_100, 700);
  expect(resample(input, 44_100, 128)).toEqual(resample(input, 44_100, 1_000));
});

test("[PAGE19] frames have equal size, are complete and keep their order", () => {
  const framer = new Framer(4, 2);
  const frames: number[][] = [];
  const emit = (frame: Int16Array<ArrayBuffer>): void => {
    frames.push([...frame]);
    framer.release(frame);
  };
  const samples = Float32Array.from({ length: 10 }, (_, i) => i / 32_767);
  framer.push(samples, 3, emit);
  framer.push(samples.subarray(3), 7, emit);
  expect(frames).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
});

test("[PAGE19] a consumer that releases no frame loses the newest frames, which are counted", () => {
  const framer = new Framer(2, 2);
  const taken: Int16Array<ArrayBuffer>[] = [];
  framer.push(new Float32Array(9), 9, (frame) => taken.push(frame));
  expect([taken.length, framer.dropped]).toEqual([2, 2]);
  taken.forEach((frame) => framer.release(frame));
  framer.push(new Float32Array(5), 5, (frame) => taken.push(frame));
  expect(taken.length).toBe(4);
});

test("[PAGE19] samples beyond full scale are clamped", () => {
  expect([1.5, 1, -1, -1.5, 0, -0, Number.NaN].map(toPcm16)).toEqual([
    32_767, 32_767, -32_767, -32_768, 0, 0, 0,
  ]);
});

test("[PAGE20] the level is 0 for silence and 1 for loud speech, and rises faster than it falls", () => {
  expect(measureLevel(new Float32Array(256))).toBe(0);
  expect(measureLevel(new Float32Array(256).fill(0.5))).toBe(1);
  const quiet = measureLevel(new Float32Array(256).fill(0.01));
  expect(quiet).toBeGreaterThan(0.1);
  expect(quiet).toBeLessThan(0.5);
  expect(smoothLevel(0, 1)).toBeGreaterThan(1 - smoothLevel(1, 0));
});

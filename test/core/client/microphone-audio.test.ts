import { expect, test } from "vitest";
import { Framer, toPcm16 } from "../../../src/client/audio/framer.ts";
import { smoothLevel, measureLevel } from "../../../src/client/audio/loudness.ts";
import { Resampler } from "../../../src/wire/resampler.ts";

const to = 16_000;

const sine = (rate: number, hertz: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate),
  );

function resample(input: Float32Array, from: number, block: number): Float32Array {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  const piece = new Float32Array(resampler.capacityFor(block));
  for (let at = 0; at < input.length; at += block)
    out.push(...piece.subarray(0, resampler.push(input.subarray(at, at + block), piece)));
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
  "[PAGE18] speech survives from %i Hz to 16 kHz, in pitch, loudness and length",
  (from) => {
    const out = resample(sine(from, 1_000), from, 128);
    expect(strength(out, 1_000)).toBeGreaterThan(0.99);
    expect(strength(out, 1_000)).toBeLessThan(1.01);
    expect(Math.abs(out.length - to / 2)).toBeLessThanOrEqual(2);
  },
);

test.each([24_000, 44_100, 48_000])("[PAGE18] what 16 kHz cannot hold of %i Hz is gone", (from) => {
  const hertz = 10_000;
  expect(strength(resample(sine(from, hertz), from, 128), to - hertz)).toBeLessThan(0.001);
});

test("[PAGE18] how the sound is cut into blocks changes nothing", () => {
  const input = sine(44_100, 700);
  expect(resample(input, 44_100, 128)).toEqual(resample(input, 44_100, 1_000));
});

test("[PAGE19] frames are equal, whole and in order", () => {
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

test("[PAGE19] a reader that gives nothing back loses the newest frames, and they are counted", () => {
  const framer = new Framer(2, 2);
  const kept: Int16Array<ArrayBuffer>[] = [];
  framer.push(new Float32Array(9), 9, (frame) => kept.push(frame));
  expect([kept.length, framer.dropped]).toEqual([2, 2]);
  kept.forEach((frame) => framer.release(frame));
  framer.push(new Float32Array(5), 5, (frame) => kept.push(frame));
  expect(kept.length).toBe(4);
});

test("[PAGE19] samples beyond full scale are clamped, never wrapped", () => {
  expect([1.5, 1, -1, -1.5, 0, -0, Number.NaN].map(toPcm16)).toEqual([
    32_767, 32_767, -32_767, -32_768, 0, 0, 0,
  ]);
});

test("[PAGE20] silence is at the bottom of the eye's scale and loud speech at the top", () => {
  expect(measureLevel(new Float32Array(256))).toBe(0);
  expect(measureLevel(new Float32Array(256).fill(0.5))).toBe(1);
  const quiet = measureLevel(new Float32Array(256).fill(0.01));
  expect(quiet).toBeGreaterThan(0.1);
  expect(quiet).toBeLessThan(0.5);
  expect(smoothLevel(0, 1)).toBeGreaterThan(1 - smoothLevel(1, 0));
});

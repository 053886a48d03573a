import { expect, test } from "vitest";
import { JitterBuffer } from "../../../packages/client/src/audio/jitter-buffer.ts";
import { RingBuffer } from "../../../packages/client/src/audio/ring-buffer.ts";
import { SampleJoiner } from "../../../packages/client/src/audio/sample-joiner.ts";

const rate = 24_000;
const block = 128;
const settings = { rate, capacitySeconds: 1 };
const prebuffer = 1920;

const constant = (count: number, value = 16_384): Int16Array => new Int16Array(count).fill(value);

function play(buffer: JitterBuffer, blocks: number): Float32Array {
  const out = new Float32Array(blocks * block);
  for (let i = 0; i < blocks; i++) buffer.render(out.subarray(i * block, (i + 1) * block));
  return out;
}

const loudest = (samples: Float32Array): number => Math.max(...samples.map(Math.abs));
const steepest = (samples: Float32Array): number =>
  Math.max(...samples.subarray(1).map((value, i) => Math.abs(value - (samples[i] ?? 0))));

test("[PAGE13] playback starts when 80 ms are buffered", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(prebuffer - 100));
  expect(loudest(play(buffer, 1))).toBe(0);
  buffer.push(constant(100));
  expect(loudest(play(buffer, 1))).toBeGreaterThan(0.4);
  expect(buffer.playing).toBe(true);
});

test("[PAGE13] a shorter reply starts after 80 ms", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(600));
  const out = play(buffer, 30);
  expect(loudest(out.subarray(0, prebuffer - block))).toBe(0);
  expect(out.filter((value) => value > 0.45).length).toBeGreaterThan(500);
});

test("[PAGE13] samples keep their order and values across the wrap of the ring", () => {
  const buffer = new JitterBuffer({ ...settings, capacitySeconds: 0.2 });
  let next = 0;
  const played: number[] = [];
  for (let i = 0; i < 100; i++) {
    buffer.push(Int16Array.from({ length: block }, () => 1000 + next++));
    played.push(...play(buffer, 1));
  }
  const from = played.findIndex((value) => value !== 0) + block;
  const steady = played.slice(from).map((value) => Math.round(value * 32_768));
  expect(steady.length).toBeGreaterThan(9_000);
  expect(steady).toEqual(Array.from(steady, (_, i) => 1000 + block + i));
});

test("[PAGE14] an underrun fades to silence without a click, and the gap is no longer than the stall", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(prebuffer + 50));
  const out = play(buffer, 30);
  expect(out.at(-1)).toBe(0);
  expect(steepest(out)).toBeLessThan(0.02);
  expect(buffer.playing).toBe(false);
  buffer.push(constant(block));
  const resumed = play(buffer, 40);
  expect(resumed.findIndex((value) => value > 0)).toBeLessThanOrEqual(prebuffer + 2 * block);
  expect(buffer.underruns).toBe(1);
});

test("[PAGE15] clear fades out within one block", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(20_000));
  play(buffer, 20);
  buffer.clear();
  const out = play(buffer, 3);
  expect(loudest(out.subarray((5 * rate) / 1_000))).toBe(0);
  expect(out.at(0)).toBeGreaterThan(0.4);
  expect(steepest(out)).toBeLessThan(0.02);
  expect(buffer.playing).toBe(false);
});

test("[PAGE15] samples pushed after clear are played, earlier ones are not", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(10_000, 8_000));
  buffer.clear();
  buffer.push(constant(prebuffer + 2_000, -8_000));
  const out = play(buffer, 60);
  expect(Math.max(...out)).toBe(0);
  expect(out.filter((value) => value < -0.2).length).toBeGreaterThan(prebuffer);
});

test("[PAGE16] a full ring drops and counts the newest samples", () => {
  const buffer = new JitterBuffer(settings);
  buffer.push(constant(rate, 1_000));
  buffer.push(constant(500, 9_000));
  expect(buffer.dropped).toBe(500);
  expect(Math.max(...play(buffer, 200))).toBeCloseTo(1_000 / 32_768);
});

test("[PAGE16] the ring never reads beyond what was written", () => {
  const ring = new RingBuffer(8);
  expect(ring.write(constant(5))).toBe(5);
  ring.skipTo(3);
  expect(ring.write(constant(9))).toBe(6);
  expect([ring.at(2), ring.at(3), ring.at(10), ring.at(11)]).toEqual([0, 0.5, 0.5, 0]);
  ring.skipTo(100);
  expect(ring.buffered).toBe(0);
  ring.skipTo(0);
  expect(ring.position).toBe(11);
});

test("[PAGE17] a half sample is completed by the next chunk", () => {
  const whole = new Uint8Array(Int16Array.from([1, -2, 300, -32_768, 5]).buffer);
  for (const cuts of [[1], [3, 4], [1, 2, 3], [5, 5, 9], [0, 7]]) {
    const joiner = new SampleJoiner();
    const parts = [0, ...cuts].map((from, i) => whole.subarray(from, cuts[i] ?? whole.length));
    expect(parts.flatMap((part) => [...joiner.join(part)])).toEqual([1, -2, 300, -32_768, 5]);
  }
});

test("[PAGE17] reset drops the half sample of an interrupted utterance", () => {
  const joiner = new SampleJoiner();
  expect([...joiner.join(Uint8Array.of(1, 0, 7))]).toEqual([1]);
  joiner.reset();
  expect([...joiner.join(Uint8Array.of(2, 0))]).toEqual([2]);
});

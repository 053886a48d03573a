import { expect, test } from "vitest";
import { JitterBuffer } from "../../../src/client/audio/jitter-buffer.ts";
import { RingBuffer } from "../../../src/client/audio/ring-buffer.ts";
import { SampleJoiner } from "../../../src/client/audio/sample-joiner.ts";

const rate = 24_000;
const block = 128;
const settings = { rate, capacitySeconds: 1, prebufferMs: 80 };
const prebuffer = 1920;

const constant = (count: number, value = 16_384): Int16Array => new Int16Array(count).fill(value);

function play(playout: JitterBuffer, blocks: number): Float32Array {
  const out = new Float32Array(blocks * block);
  for (let i = 0; i < blocks; i++) playout.render(out.subarray(i * block, (i + 1) * block));
  return out;
}

const loudest = (samples: Float32Array): number => Math.max(...samples.map(Math.abs));
const steepest = (samples: Float32Array): number =>
  Math.max(...samples.subarray(1).map((value, i) => Math.abs(value - (samples[i] ?? 0))));

test("[PAGE13] speech starts when 80 ms of it are there", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(prebuffer - 1));
  expect(loudest(play(playout, 1))).toBe(0);
  playout.push(constant(1));
  expect(loudest(play(playout, 1))).toBeGreaterThan(0.4);
  expect(playout.playing).toBe(true);
});

test("[PAGE13] a reply shorter than that is played once it has waited as long", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(600));
  const out = play(playout, 30);
  expect(loudest(out.subarray(0, prebuffer - block))).toBe(0);
  expect(out.filter((value) => value > 0.45).length).toBeGreaterThan(500);
});

test("[PAGE13] samples come out in order and unchanged, across the ring's seam", () => {
  const playout = new JitterBuffer({ ...settings, capacitySeconds: 0.2, prebufferMs: 0 });
  let next = 0;
  const heard: number[] = [];
  for (let i = 0; i < 100; i++) {
    playout.push(Int16Array.from({ length: block }, () => 1000 + next++));
    heard.push(...play(playout, 1));
  }
  const steady = heard.slice(block).map((value) => Math.round(value * 32_768));
  expect(steady).toEqual(Array.from(steady, (_, i) => 1000 + block + i));
});

test("[PAGE14] dry is silent, without a click, and speech gathers 80 ms again", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(prebuffer + 50));
  const out = play(playout, 20);
  expect(out.at(-1)).toBe(0);
  expect(steepest(out)).toBeLessThan(0.06);
  expect(playout.playing).toBe(false);
  playout.push(constant(block));
  expect(loudest(play(playout, 1))).toBe(0);
});

test("[PAGE15] a cut is silence after one block, faded", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(20_000));
  play(playout, 20);
  playout.clear();
  const out = play(playout, 3);
  expect(loudest(out.subarray(block))).toBe(0);
  expect(out.at(0)).toBeGreaterThan(0.4);
  expect(steepest(out)).toBeLessThan(0.02);
  expect(playout.playing).toBe(false);
});

test("[PAGE15] what comes after a cut is played, what came before never", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(10_000, 8_000));
  playout.clear();
  playout.push(constant(prebuffer + 2_000, -8_000));
  const out = play(playout, 60);
  expect(Math.max(...out)).toBe(0);
  expect(out.filter((value) => value < -0.2).length).toBeGreaterThan(prebuffer);
});

test("[PAGE16] a full ring refuses the newest and counts it; what plays stays in one piece", () => {
  const playout = new JitterBuffer(settings);
  playout.push(constant(rate, 1_000));
  playout.push(constant(500, 9_000));
  expect(playout.dropped).toBe(500);
  expect(Math.max(...play(playout, 200))).toBeCloseTo(1_000 / 32_768);
});

test("[PAGE16] the ring never reads what was not written", () => {
  const ring = new RingBuffer(8);
  expect(ring.write(constant(5))).toBe(5);
  expect(ring.read(new Float32Array(3))).toBe(3);
  expect(ring.write(constant(9))).toBe(6);
  ring.skipTo(100);
  expect(ring.buffered).toBe(0);
  ring.skipTo(0);
  expect(ring.read(new Float32Array(3))).toBe(0);
});

test("[PAGE17] half a sample waits for its other half, wherever the bytes were cut", () => {
  const whole = new Uint8Array(Int16Array.from([1, -2, 300, -32_768, 5]).buffer);
  for (const cuts of [[1], [3, 4], [1, 2, 3], [5, 5, 9], [0, 7]]) {
    const joiner = new SampleJoiner();
    const parts = [0, ...cuts].map((from, i) => whole.subarray(from, cuts[i] ?? whole.length));
    expect(parts.flatMap((part) => [...joiner.join(part)])).toEqual([1, -2, 300, -32_768, 5]);
  }
});

test("[PAGE17] half a sample of an utterance that was cut spoils nothing of the next", () => {
  const joiner = new SampleJoiner();
  expect([...joiner.join(Uint8Array.of(1, 0, 7))]).toEqual([1]);
  joiner.reset();
  expect([...joiner.join(Uint8Array.of(2, 0))]).toEqual([2]);
});

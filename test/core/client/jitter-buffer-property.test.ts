/** The jitter buffer under arrivals of all kinds. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { JitterBuffer } from "../../../packages/client/src/audio/jitter-buffer.ts";

/** Minutes of audio are rendered, on a machine that may be busy. */
vi.setConfig({ testTimeout: 30_000 });

const rate = 24_000;
const block = 128;
const samplesOf = (ms: number): number => Math.round((ms * rate) / 1_000);
const msOf = (samples: number): number => (samples * 1_000) / rate;

const [hertz, amplitude] = [220, 0.3];
/** The largest step of the tone itself. */
const ownStep = (amplitude * 2 * Math.PI * hertz) / rate;

type Voice = (position: number) => number;
const tone: Voice = (position) => amplitude * Math.sin((2 * Math.PI * hertz * position) / rate);
/** 1.1 s of tone, which is a whole number of periods, then 0.4 s of silence. */
const speech: Voice = (position) =>
  position % samplesOf(1_500) < samplesOf(1_100) ? tone(position) : 0;

interface Piece {
  /** In samples of the player's clock. */
  readonly at: number;
  readonly length: number;
}

/** Plays pieces in order, and goes on for `tailMs` after the last. */
function play(pieces: readonly Piece[], voice: Voice, tailMs = 1_500) {
  const buffer = new JitterBuffer({ rate, capacitySeconds: 240 });
  const total = (pieces.at(-1)?.at ?? 0) + samplesOf(tailMs);
  const out = new Float32Array(Math.ceil(total / block) * block);
  let position = 0;
  let next = 0;
  let worstDelayMs = 0;
  for (let now = 0; now < out.length; now += block) {
    for (let piece = pieces[next]; piece && piece.at <= now; piece = pieces[++next]) {
      const from = position;
      position += piece.length;
      buffer.push(Int16Array.from({ length: piece.length }, (_, i) => voice(from + i) * 32_767));
    }
    buffer.render(out.subarray(now, now + block));
    if (now > samplesOf(20_000) && next < pieces.length)
      worstDelayMs = Math.max(worstDelayMs, buffer.delayMs);
  }
  return { buffer, out, worstDelayMs };
}

/** A live source: pieces of equal length, each late by its own jitter, and none during a stall. */
function live({
  seconds,
  pieceMs,
  jitter,
  stallAtMs = Infinity,
  stallMs = 0,
  clock = 1,
}: {
  seconds: number;
  pieceMs: number;
  jitter: (index: number) => number;
  stallAtMs?: number;
  stallMs?: number;
  clock?: number;
}): Piece[] {
  let at = 0;
  return Array.from({ length: Math.floor((seconds * 1_000) / pieceMs) }, (_, i) => {
    const ms = i * pieceMs * clock + jitter(i);
    const isStalled = ms >= stallAtMs && ms < stallAtMs + stallMs;
    at = Math.max(at, samplesOf(isStalled ? stallAtMs + stallMs : ms));
    return { at, length: samplesOf(pieceMs) };
  });
}

/** The longest silence between the first and the last sound. */
function longestGap(out: Float32Array): number {
  let longest = 0;
  let silentFrom = out.findIndex((value) => value !== 0);
  for (let i = silentFrom; i < out.length; i++) {
    if (Math.abs(out[i] ?? 0) < 1e-3) continue;
    longest = Math.max(longest, i - silentFrom);
    silentFrom = i;
  }
  return longest;
}

const largestStep = (out: Float32Array): number =>
  out.reduce((most, value, i) => Math.max(most, Math.abs(value - (out[i - 1] ?? value))), 0);

const longestWait = (pieces: readonly Piece[]): number =>
  Math.max(...pieces.map(({ at }, i) => at - (pieces[i - 1]?.at ?? 0)));

const schedules = fc.record({
  pieceMs: fc.constantFrom(20, 40, 100),
  delays: fc.array(fc.nat(200), { minLength: 10, maxLength: 60 }),
  stallAtMs: fc.integer({ min: 500, max: 5_000 }),
  stallMs: fc.constantFrom(0, 300, 1_000),
});

test("[PAGE14] [AUDIO4] with 200 ms of jitter and a stall of 1 s no gap is longer than the stall, and no step is a click", () => {
  fc.assert(
    fc.property(schedules, ({ delays, ...rest }) => {
      const pieces = live({ seconds: 7, jitter: (i) => delays[i % delays.length] ?? 0, ...rest });
      const { out } = play(pieces, tone);
      expect(msOf(longestGap(out))).toBeLessThanOrEqual(msOf(longestWait(pieces) + 2 * block));
      expect(largestStep(out)).toBeLessThan(ownStep + 0.01);
      const sounding = out.filter((value) => Math.abs(value) > 1e-3).length;
      expect(msOf(sounding)).toBeGreaterThan(6_800);
    }),
    { numRuns: 30 },
  );
});

test("[AUDIO5] after a stall the delay is the target again", () => {
  fc.assert(
    fc.property(schedules, ({ delays, ...rest }) => {
      const jitter = (i: number) => (delays[i % delays.length] ?? 0) / 4;
      const { buffer } = play(live({ seconds: 40, jitter, ...rest }), speech, 0);
      expect(Math.abs(buffer.delayMs - buffer.targetMs)).toBeLessThan(80);
    }),
    { numRuns: 8 },
  );
});

for (const clock of [0.995, 0.999, 1.001, 1.005])
  test(`[AUDIO6] a source whose clock runs at ${clock} neither empties the buffer nor fills it`, () => {
    const pieces = live({ seconds: 120, pieceMs: 40, jitter: (i) => (i * 7) % 30, clock });
    const { buffer, out, worstDelayMs } = play(pieces, tone);
    expect(buffer.underruns).toBe(0);
    expect(worstDelayMs).toBeLessThan(200);
    expect(largestStep(out)).toBeLessThan(ownStep * 1.02 + 0.001);
  });

test("[AUDIO7] audio that runs ahead is played sample by sample, through pauses of the sender", () => {
  fc.assert(
    fc.property(fc.constantFrom(1.3, 2, 5), fc.nat(20), (pace, jitter) => {
      const pieces = live({
        seconds: 10,
        pieceMs: 200,
        jitter: (i) => (i % 3) * jitter,
        clock: 1 / pace,
      });
      const { buffer, out } = play(pieces, speech, 10_000);
      const from = out.findIndex((value) => value !== 0);
      const played = out.subarray(from + 100, from + samplesOf(9_900));
      const expected = Float32Array.from(
        played,
        (_, i) => Math.trunc(speech(i + 101) * 32_767) / 32_768,
      );
      expect(largestDifference(played, expected)).toBeLessThan(1e-3);
      expect(buffer.underruns).toBe(0);
    }),
    { numRuns: 10 },
  );
});

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);

test("[AUDIO8] the target covers the jitter, and falls when the network has become regular", () => {
  const jittery = (i: number) => (i % 10 === 9 ? 200 : 0);
  const shaken = play(live({ seconds: 10, pieceMs: 40, jitter: jittery }), tone, 0);
  expect(shaken.buffer.targetMs).toBeGreaterThan(180);
  expect(shaken.buffer.targetMs).toBeLessThanOrEqual(240);
  const calm = (i: number) => (i < 250 ? jittery(i) : 0);
  const { buffer } = play(live({ seconds: 240, pieceMs: 40, jitter: calm }), tone, 0);
  expect(buffer.targetMs).toBeLessThan(60);
  expect(buffer.targetMs).toBeGreaterThanOrEqual(40);
});

test("[AUDIO8] a stall beyond any buffer and the pause between answers leave the target as it is", () => {
  const steady = { seconds: 6, pieceMs: 40, jitter: () => 0 };
  const before = play(live(steady), tone).buffer.targetMs;
  const stalled = play(live({ ...steady, stallAtMs: 3_000, stallMs: 1_000 }), tone);
  expect(stalled.buffer.targetMs).toBe(before);

  const buffer = new JitterBuffer({ rate, capacitySeconds: 10 });
  const answer = (): void => {
    buffer.push(new Int16Array(samplesOf(500)).fill(8_000));
    buffer.end();
    for (let i = 0; i < 160; i++) buffer.render(new Float32Array(block));
  };
  answer();
  answer();
  expect(buffer.targetMs).toBeLessThanOrEqual(80);
  expect(buffer.underruns).toBe(0);
});

test.each([20, 40, 100, 240])(
  "[AUDIO44] pieces of %i ms from a live source empty the buffer once at most, and never in a later answer",
  (pieceMs) => {
    const buffer = new JitterBuffer({ rate, capacitySeconds: 240 });
    const underruns = [0, 1, 2].map((answer) => {
      const before = buffer.underruns;
      const jitter = (i: number) => (((i * 37 + answer * 13) % 101) * 60) / 101;
      let now = 0;
      for (const { at, length } of live({ seconds: 10, pieceMs, jitter })) {
        for (; now < at; now += block) buffer.render(new Float32Array(block));
        buffer.push(new Int16Array(length).fill(8_000));
      }
      buffer.end();
      renderMs(buffer, 2_000);
      return buffer.underruns - before;
    });
    expect(underruns[0]).toBeLessThanOrEqual(1);
    expect(underruns.slice(1)).toEqual([0, 0]);
  },
);

function renderMs(buffer: JitterBuffer, ms: number): Float32Array {
  const out = new Float32Array(Math.round(samplesOf(ms) / block) * block);
  for (let at = 0; at < out.length; at += block) buffer.render(out.subarray(at, at + block));
  return out;
}

test("[AUDIO9] held, the answer is silent within 5 ms, and goes on where it was with all that came", () => {
  const buffer = new JitterBuffer({ rate, capacitySeconds: 10 });
  const ramp = (from: number) =>
    Int16Array.from({ length: samplesOf(1_000) }, (_, i) => (from + i) / 2);
  buffer.push(ramp(0));
  const before = renderMs(buffer, 400);
  buffer.hold();
  buffer.push(ramp(samplesOf(1_000)));
  const held = renderMs(buffer, 600);
  expect(held.subarray(samplesOf(5)).every((value) => value === 0)).toBe(true);
  expect(largestStep(held)).toBeLessThan(0.01);
  buffer.release();
  const after = renderMs(buffer, 1_620);
  const last = before.at(-1) ?? 0;
  expect(after[100]).toBeCloseTo(last + 101 / 2 / 32_768, 4);
  expect(Math.max(...after)).toBeCloseTo(samplesOf(2_000) / 2 / 32_768, 2);
});

test("[AUDIO9] an interruption discards what was held", () => {
  const buffer = new JitterBuffer({ rate, capacitySeconds: 10 });
  buffer.push(new Int16Array(samplesOf(1_000)).fill(8_000));
  renderMs(buffer, 200);
  buffer.hold();
  renderMs(buffer, 100);
  buffer.clear();
  expect(renderMs(buffer, 300).every((value) => value === 0)).toBe(true);
  buffer.push(new Int16Array(samplesOf(300)).fill(-8_000));
  expect(Math.min(...renderMs(buffer, 300))).toBeLessThan(-0.2);
});

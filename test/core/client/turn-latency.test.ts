import { expect, test } from "vitest";
import type { FrameRecord } from "../../../src/page/panels/frame-log.ts";
import {
  addWait,
  latencyParts,
  noLatency,
  percentile,
  reduceLatency,
  type LatencyState,
} from "../../../src/page/panels/turn-latency.ts";

type Step = readonly [at: number, direction: "in" | "out", frame: object | "audio", more?: object];

const run = (steps: readonly Step[], from: LatencyState = noLatency): LatencyState =>
  steps.reduce((state, [at, direction, frame, more = {}], id) => {
    const kind = frame === "audio" ? "audio" : "json";
    const record: FrameRecord = { id, at, direction, kind, bytes: 1, ...more };
    return reduceLatency(state, record, frame === "audio" ? undefined : frame);
  }, from);

const event = (fields: object) => ({
  type: "event",
  seq: 1,
  event: { author: "guide", ...fields },
});
const spoke = (at: number, loudness = 0.1): Step => [at, "out", "audio", { loudness }];
const heard = (at: number, seq: number): Step => [at, "in", "audio", { seq }];
const partial = { outputTranscription: { text: "It", finished: false }, partial: true };

/** A question whose last frame was captured 38 ms before it was sent, at 1,000. */
const wait = {
  asked: "speech",
  askedAt: 962,
  microphoneMs: 38,
  answerMs: 500,
  playbackMs: 85,
  jitterTargetMs: 60,
  totalMs: 623,
} as const;

test("[PAGE94] a spoken turn counts from the last word to the first sound, by the client's figures", () => {
  const state = run([
    spoke(800),
    spoke(1_000),
    spoke(1_040, 0.001),
    [1_300, "in", event({ author: "user", inputTranscription: { text: "Time?", finished: true } })],
    [1_400, "in", event(partial)],
    heard(1_500, 7),
    heard(1_520, 8),
    [1_600, "in", event({ turnComplete: true })],
  ]);
  const { turns } = addWait(state, wait);
  expect(turns).toEqual([
    {
      number: 1,
      input: "spoken",
      at: 962,
      sent: 38,
      understood: 338,
      firstEvent: 438,
      firstAudio: 538,
      firstSound: 623,
      jitterTarget: 60,
      tools: [],
    },
  ]);
  const parts = Object.values(latencyParts).map((measure) => turns[0] && measure(turns[0]));
  expect(parts).toEqual([38, 500, 85, 60, 623]);
});

test("[PAGE94] without sound a spoken turn counts from the last loud frame", () => {
  const { turns } = run([
    spoke(800),
    spoke(1_000),
    spoke(1_040, 0.001),
    [1_400, "in", event(partial)],
  ]);
  expect(turns).toEqual([{ number: 1, input: "spoken", at: 1_000, firstEvent: 400, tools: [] }]);
});

test("[PAGE94] a typed turn counts from its text, and shows its tools", () => {
  const { turns } = run([
    [2_000, "out", { type: "text", text: "Time?" }],
    [2_010, "in", event({ author: "user", content: { parts: [{ text: "Time?" }] } })],
    [2_200, "in", event({ content: { parts: [{ functionCall: { name: "get_time" } }] } })],
    [2_250, "in", event({ content: { parts: [{ functionResponse: { name: "get_time" } }] } })],
    heard(2_500, 3),
  ]);
  expect(turns).toEqual([
    {
      number: 1,
      input: "typed",
      at: 2_000,
      firstEvent: 200,
      firstAudio: 500,
      tools: [{ name: "get_time", from: 200, to: 250 }],
    },
  ]);
});

test("[PAGE94] an answer without an input is no turn, and the rest of an answer begins no other", () => {
  const { turns } = run([
    heard(100, 1),
    [200, "out", { type: "text", text: "a" }],
    heard(300, 2),
    spoke(350),
    heard(400, 3),
    [500, "in", event({ interrupted: true })],
    heard(900, 4),
  ]);
  expect(
    turns.map(({ number, firstAudio, interrupted }) => [number, firstAudio, interrupted]),
  ).toEqual([
    [1, 100, true],
    [2, 550, undefined],
  ]);
});

test("[PAGE94] the first sound is of the turn whose audio came, and is counted once", () => {
  const { askedAt, totalMs, ...parts } = wait;
  const silent = run([
    [0, "out", { type: "text", text: "a" }],
    [50, "in", event(partial)],
  ]);
  expect(addWait(silent, { ...parts, askedAt, totalMs })).toBe(silent);
  const once = addWait(run([heard(100, 5)], silent), wait);
  expect(once.turns[0]?.firstSound).toBe(623);
  expect(addWait(once, { ...wait, playbackMs: 900 })).toBe(once);
});

test("[PAGE94] p50 and p95 are of the turns that reached the step, and the newest 200 turns stay", () => {
  const state = Array.from({ length: 220 }, (_, n) => n).reduce(
    (state, n) =>
      run(
        [
          [n * 1_000, "out", { type: "text", text: "a" }],
          heard(n * 1_000 + n, n),
          [n * 1_000 + 500, "in", event({ turnComplete: true })],
        ],
        state,
      ),
    noLatency,
  );
  expect(state.turns.length).toBe(200);
  expect(state.turns[0]?.number).toBe(21);
  expect(percentile(state.turns, latencyParts.toAnswer, 0.5)).toBe(119);
  expect(percentile(state.turns, latencyParts.toAnswer, 0.95)).toBe(209);
  expect(percentile(state.turns, latencyParts.total, 0.5)).toBeUndefined();
});

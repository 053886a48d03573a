import { expect, test } from "vitest";
import type { FrameRecord } from "../../../src/page/panels/frame-log.ts";
import {
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

test("[PAGE94] a spoken turn counts from the last loud frame to the first sound", () => {
  const { turns } = run([
    spoke(800),
    spoke(1_000),
    spoke(1_040, 0.001),
    [1_300, "in", event({ author: "user", inputTranscription: { text: "Time?", finished: true } })],
    [1_400, "in", event(partial)],
    heard(1_500, 7),
    heard(1_520, 8),
    [1_590, "out", { type: "played", seq: 2 ** 24 + 7, ms: 85 }],
    [1_600, "in", event({ turnComplete: true })],
  ]);
  expect(turns).toEqual([
    {
      number: 1,
      input: "spoken",
      understood: 300,
      firstEvent: 400,
      firstAudio: 500,
      firstSound: 585,
      tools: [],
    },
  ]);
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

test("[PAGE94] a sound that is reported for another frame is not the first", () => {
  const { turns } = run([
    [0, "out", { type: "text", text: "a" }],
    heard(100, 5),
    [190, "out", { type: "played", seq: 4, ms: 80 }],
  ]);
  expect(turns[0]?.firstSound).toBeUndefined();
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
  expect(percentile(state.turns, "firstAudio", 0.5)).toBe(119);
  expect(percentile(state.turns, "firstAudio", 0.95)).toBe(209);
  expect(percentile(state.turns, "firstSound", 0.5)).toBeUndefined();
});

import { expect, test } from "vitest";
import {
  answered,
  asked,
  heard,
  noQuestion,
} from "../../../packages/client/src/state/answer-wait.ts";

const facts = { microphoneMs: 12, jitterTargetMs: 40 };

test("[AUDIO12] the wait for an answer has parts that add up", () => {
  const state = answered(asked("speech", 1_000), 1_650.4);
  expect(heard(state, 90, facts)).toEqual({
    asked: "speech",
    microphoneMs: 12,
    answerMs: 650,
    playbackMs: 90,
    jitterTargetMs: 40,
    totalMs: 740,
  });
});

test("[AUDIO12] only the first audio of an answer counts, and a text has no microphone", () => {
  const state = answered(answered(asked("text", 0), 300), 900);
  expect(heard(state, 80, facts)).toEqual({
    asked: "text",
    answerMs: 300,
    playbackMs: 80,
    jitterTargetMs: 40,
    totalMs: 380,
  });
});

test("[AUDIO12] sound that no question preceded has no latency", () => {
  expect(heard(answered(noQuestion, 10), 80, facts)).toBeUndefined();
  expect(heard(asked("speech", 0), 80, facts)).toBeUndefined();
});

import { expect, test } from "vitest";
import {
  answered,
  asked,
  complete,
  heard,
  interrupted,
  noQuestion,
} from "../../../packages/client/src/state/answer-wait.ts";

const speech = { by: "speech", at: 1_000, sentAt: 1_036.6 } as const;
const text = { by: "text", at: 0, sentAt: 0 } as const;

test("[AUDIO12] the wait for an answer has parts that add up", () => {
  const state = answered(asked(noQuestion, speech), 1_650.4);
  expect(heard(state, 90, 40)[1]).toEqual({
    asked: "speech",
    askedAt: 1_000,
    microphoneMs: 37,
    answerMs: 614,
    playbackMs: 90,
    jitterTargetMs: 40,
    totalMs: 741,
  });
});

test("[AUDIO12] only the first audio of an answer counts, and a text has no microphone", () => {
  const state = answered(answered(asked(noQuestion, text), 300), 900);
  expect(heard(state, 80, 40)[1]).toEqual({
    asked: "text",
    askedAt: 0,
    answerMs: 300,
    playbackMs: 80,
    jitterTargetMs: 40,
    totalMs: 380,
  });
});

test("[AUDIO12] sound that no question preceded has no latency, and an answer is heard once", () => {
  expect(heard(answered(noQuestion, 10), 80, 40)[1]).toBeUndefined();
  expect(heard(asked(noQuestion, speech), 80, 40)[1]).toBeUndefined();
  const [state] = heard(answered(asked(noQuestion, speech), 1_500), 80, 40);
  expect(heard(answered(complete(state), 2_000), 80, 40)[1]).toBeUndefined();
});

test.each([
  ["interrupts", interrupted],
  ["does not interrupt", complete],
])("[AUDIO12] a question over an answer that it %s waits for the next answer", (_, end) => {
  const over = asked(answered(noQuestion, 900), speech);
  const [, early] = heard(answered(over, 1_010), 80, 40);
  expect(early).toBeUndefined();
  const next = answered(end(answered(over, 1_010)), 1_800);
  expect(heard(next, 80, 40)[1]?.answerMs).toBe(763);
});

test("[AUDIO12] an answer that is interrupted before it is heard does not count", () => {
  const unheard = answered(asked(noQuestion, text), 300);
  expect(heard(answered(interrupted(unheard), 900), 80, 40)[1]?.answerMs).toBe(900);
});

test("[AUDIO12] a short answer is complete before it is heard", () => {
  const state = complete(answered(asked(noQuestion, text), 300));
  expect(heard(state, 80, 40)[1]?.answerMs).toBe(300);
});

import { expect, test } from "vitest";
import { SpeechDetector } from "../../../packages/client/src/audio/speech-detector.ts";

/** Hears probabilities, 32 ms each. @returns the changes with the ms at which they came. */
function hear(...probabilities: number[]): string[] {
  const detector = new SpeechDetector();
  return probabilities.flatMap((probability, i) => {
    const change = detector.hear(probability, 32);
    return change ? [`${change} ${(i + 1) * 32}`] : [];
  });
}

const times = (count: number, probability: number): number[] => Array(count).fill(probability);

test("[AUDIO11] speech starts after 96 ms and ends after 700 ms of silence", () => {
  const spoken = hear(...times(5, 0.1), ...times(20, 0.9), ...times(30, 0.1));
  expect(spoken).toEqual(["onset 192", "start 256", "end 1504"]);
});

test("[AUDIO11] a click is an onset that was none", () => {
  expect(hear(0.9, 0.1, ...times(40, 0.1))).toEqual(["onset 32", "false 64"]);
});

test("[AUDIO11] neither a pause between words nor a doubtful stretch ends speech", () => {
  const pause = times(20, 0.1);
  expect(hear(...times(4, 0.9), ...pause, 0.6, ...pause, 0.6)).toEqual(["onset 32", "start 96"]);
  expect(hear(...times(4, 0.9), ...times(40, 0.4))).toEqual(["onset 32", "start 96"]);
});

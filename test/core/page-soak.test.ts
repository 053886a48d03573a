/** The verdict of `npm run soak:page`. */
import { expect, test } from "vitest";
import { judgeSoak, type SoakSample } from "../../bench/page/soak-verdict.ts";

const answerMs = 20_000;
const calm: SoakSample = {
  heapKiB: 2_400,
  underruns: 0,
  lateMs: 0,
  heardMs: 20_310,
  foreign: 0.02,
};
const soak = (...last: Partial<SoakSample>[]): SoakSample[] => [
  ...Array.from({ length: 4 }, () => calm),
  ...last.map((some) => ({ ...calm, ...some })),
];
const resultOf = (samples: readonly SoakSample[]) => judgeSoak(samples, answerMs).result;

test("[BENCH7] a calm soak passes, and one that is too short is not judged", () => {
  expect(judgeSoak(soak(), answerMs)).toEqual({ result: "passed", reasons: [] });
  expect(resultOf([calm, calm])).toBe("not judged");
});

test("[BENCH7] an underrun fails if all audio was there in time, or the machine had time to spare", () => {
  expect(resultOf(soak({ underruns: 1, foreign: 1.4 }))).toBe("failed");
  expect(resultOf(soak({ underruns: 1, lateMs: 120 }))).toBe("failed");
});

test("[BENCH7] an underrun by late audio on a busy machine is not judged, in words", () => {
  const { result, reasons } = judgeSoak(
    soak({ underruns: 1, lateMs: 120.4, foreign: 1.4 }),
    answerMs,
  );
  expect(result).toBe("not judged");
  expect(reasons).toEqual([
    "playback ran dry 1 ×: audio came 120 ms too late, while other programs took 140 % of a processor; run it again on a quiet machine",
  ]);
});

test("[BENCH7] a growing heap fails on any machine, and an answer of another length on a quiet one", () => {
  expect(resultOf(soak({ heapKiB: 3_500, foreign: 1.4 }))).toBe("failed");
  expect(resultOf(soak({ heardMs: 20_900 }))).toBe("failed");
  expect(resultOf(soak({ heardMs: 20_900, foreign: 1.4 }))).toBe("passed");
});

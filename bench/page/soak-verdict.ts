/** Judges a soak of the page: blames the client for its faults, and not for those of a busy machine. */
import { mostForeign, percent } from "./machine-load.ts";

/** After one answer. */
export interface SoakSample {
  readonly heapKiB: number;
  /** How often playback ran dry within this answer. */
  readonly underruns: number;
  /** The most by which a piece reached the page too late for a player that starts with the first piece, in ms. */
  readonly lateMs: number;
  /** How long the answer was heard, in ms. */
  readonly heardMs: number;
  /** Processors that other programs kept busy. */
  readonly foreign: number;
}

interface SoakVerdict {
  readonly result: "passed" | "failed" | "not judged";
  readonly reasons: readonly string[];
}

/** Growth after the first answers, which fill caches, in KiB. */
const mostGrowthKiB = 1_024;
export const warmUpAnswers = 3;
/** The display's pause after the last sound, and timers. */
const mostDeviationMs = 600;

/** @param answerMs the length of each answer. */
export function judgeSoak(samples: readonly SoakSample[], answerMs: number): SoakVerdict {
  const settled = samples.slice(warmUpAnswers);
  if (settled.length === 0)
    return { result: "not judged", reasons: ["it was too short: the heap grows at first"] };
  const growth = (settled.at(-1)?.heapKiB ?? 0) - (settled[0]?.heapKiB ?? 0);
  const onTime = countUnderruns(samples.filter(({ lateMs }) => lateMs <= 0));
  const quiet = countUnderruns(
    samples.filter(({ lateMs, foreign }) => lateMs > 0 && !isBusy(foreign)),
  );
  const drifted = settled.filter(
    ({ heardMs, underruns, foreign }) =>
      underruns === 0 && !isBusy(foreign) && Math.abs(heardMs - answerMs) > mostDeviationMs,
  );
  const faults = [
    ...(growth > mostGrowthKiB ? [`the heap grew by ${growth} KiB`] : []),
    ...(onTime > 0 ? [`playback ran dry ${onTime} times though all audio was there in time`] : []),
    ...(quiet > 0 ? [`playback ran dry ${quiet} times on a machine with time to spare`] : []),
    ...drifted.map(({ heardMs }) => `an answer of ${answerMs} ms was heard for ${heardMs} ms`),
  ];
  if (faults.length > 0) return { result: "failed", reasons: faults };
  const excused = samples.filter(({ underruns }) => underruns > 0).map(describeExcuse);
  return { result: excused.length > 0 ? "not judged" : "passed", reasons: excused };
}

const countUnderruns = (samples: readonly SoakSample[]): number =>
  samples.reduce((sum, { underruns }) => sum + underruns, 0);

const isBusy = (foreign: number): boolean => foreign > mostForeign;

const describeExcuse = ({ underruns, lateMs, foreign }: SoakSample): string =>
  `playback ran dry ${underruns} ×: audio came ${Math.round(lateMs)} ms too late, while other programs took ${percent(foreign)} of a processor; run it again on a quiet machine`;

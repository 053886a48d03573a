/**
 * What was told not long ago, for those who come back: frames by their `seq`, bounded in age and bytes.
 *
 * Sound grows stale first: its place is remembered for as long as words are, so that what is missing can be told.
 */
import type { Frame } from "./frame.ts";

interface Told {
  readonly frame: Frame;
  /** In ms. */
  readonly at: number;
  /** The sound itself is gone. */
  readonly stale: boolean;
}

export interface Replay {
  readonly told: readonly Told[];
  /** Everything after this `seq` is here. */
  readonly floor: number;
}

export const replayRules = {
  soundMs: 10_000,
  soundBytes: 1024 * 1024,
  wordsMs: 60_000,
  wordsBytes: 256 * 1024,
};

/** @param floor the `seq` of what was told last, before anything was kept. */
export const nothingTold = (floor: number): Replay => ({ told: [], floor });

export function told({ told: before, floor }: Replay, frame: Frame, now: number): Replay {
  const all = [...before, { frame, at: now, stale: false }];
  const dropped = tooMany(all, now);
  const last = all[dropped - 1];
  return { told: withoutStale(all.slice(dropped), now), floor: last?.frame.seq ?? floor };
}

/** What is to be said to somebody who has heard everything up to `seq`, which must not be below the floor. */
export interface Missed {
  readonly frames: readonly Frame[];
  /** Sound that is not among the frames, though nobody interrupted it, in ms. */
  readonly skippedMs: number;
}

export function missed({ told: all }: Replay, seq: number): Missed {
  const since = all.filter(({ frame }) => frame.seq > seq);
  const cut = since.findLastIndex(({ frame }) => frame.cuts);
  const kept = since.filter(({ frame }, index) => index > cut || frame.soundMs === 0);
  return {
    frames: kept.flatMap(({ frame, stale }) => (stale ? [] : [frame])),
    skippedMs: kept.reduce((sum, { frame, stale }) => sum + (stale ? frame.soundMs : 0), 0),
  };
}

/** Words since `seq`, for somebody who comes late: sound from before they came is not theirs. */
export const wordsBetween = ({ told: all }: Replay, seq: number, until: number): Frame[] =>
  all.flatMap(({ frame }) =>
    frame.soundMs === 0 && frame.seq > seq && frame.seq <= until ? [frame] : [],
  );

/** How many of the oldest are too old, or too many. */
function tooMany(all: readonly Told[], now: number): number {
  let bytes = 0;
  return (
    all.findLastIndex(({ frame, at }) => {
      bytes += frame.soundMs === 0 ? frame.bytes : placeBytes;
      return now - at > replayRules.wordsMs || bytes > replayRules.wordsBytes;
    }) + 1
  );
}

/** What remembering a place costs, about. */
const placeBytes = 100;

function withoutStale(all: readonly Told[], now: number): readonly Told[] {
  let bytes = 0;
  const first = all.findLastIndex(({ frame, at, stale }) => {
    bytes += frame.soundMs > 0 && !stale ? frame.bytes : 0;
    return stale || now - at > replayRules.soundMs || bytes > replayRules.soundBytes;
  });
  const turns = all.some(
    ({ stale, frame }, index) => index <= first && !stale && frame.soundMs > 0,
  );
  return turns ? all.map((each, index) => (index <= first ? emptied(each) : each)) : all;
}

const emptied = (each: Told): Told =>
  each.frame.soundMs === 0 || each.stale
    ? each
    : { ...each, stale: true, frame: { ...each.frame, data: "" } };

/** How a spoken sentence travels: in chunks of a quarter of a second, each with the words it holds. */
import { type Delay, sampleDelay } from "../profiles/latency.ts";
import { durationMs, OUTPUT_RATE } from "./pcm.ts";
import type { Random } from "../ports.ts";

export interface SpeechChunk {
  readonly samples: Int16Array;
  readonly ms: number;
  /** The words that are heard in it; "" when none begins here. */
  readonly text: string;
}

/** Equal chunks, near the drawn length. */
export function splitIntoChunks(
  sentence: string,
  samples: Int16Array,
  length: Delay,
  random: Random,
): SpeechChunk[] {
  const total = durationMs(samples.length, OUTPUT_RATE);
  const count = Math.max(1, Math.round(total / sampleDelay(length, random)));
  const words = sentence.split(/(?=\s)/);
  return Array.from({ length: count }, (_, i) => {
    const piece = samples.subarray(
      share(samples.length, i, count),
      share(samples.length, i + 1, count),
    );
    return {
      samples: piece,
      ms: durationMs(piece.length, OUTPUT_RATE),
      text: words
        .slice(spoken(words.length, i, count), spoken(words.length, i + 1, count))
        .join(""),
    };
  });
}

function share(length: number, i: number, count: number): number {
  return Math.floor((length * i) / count);
}

/** Words begun before chunk `i`: the first chunk always begins one. */
function spoken(words: number, i: number, count: number): number {
  return i === 0 ? 0 : Math.ceil((words * i) / count);
}

/**
 * The clock of assumed playback: the client is taken to play without a pause from the first chunk on.
 * The service holds a turn open until this clock has run out.
 */
export interface PlaybackClock {
  /** When all that was sent will have been played, ms since the epoch. */
  readonly end: number;
  /** When each sentence begins to be played. */
  readonly begins: readonly number[];
}

export const idlePlayback: PlaybackClock = { end: 0, begins: [] };

export function advancePlayback(
  playback: PlaybackClock,
  ms: number,
  now: number,
  opens: boolean,
): PlaybackClock {
  const begin = Math.max(playback.end, now);
  return { end: begin + ms, begins: opens ? [...playback.begins, begin] : playback.begins };
}

/** Sentences that may be prepared while the one before them is being played. */
const AHEAD = 2;

/** When the next sentence may be prepared: when all but the last of those sent have begun to play. */
export function nextSentenceAt({ begins }: PlaybackClock): number {
  return begins.length < AHEAD ? 0 : (begins[begins.length - AHEAD] ?? 0);
}

/** Splits a spoken sentence into chunks of about a quarter of a second, each with its part of the text. */
import { type Delay, sampleDelay } from "../profiles/latency.ts";
import { durationMs, OUTPUT_RATE } from "./pcm.ts";
import type { Random } from "../ports.ts";

export interface SpeechChunk {
  readonly samples: Int16Array;
  readonly ms: number;
  /** The words that start in this chunk; "" when none does. */
  readonly text: string;
}

/** Chunks of equal length, close to the sampled one. */
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
      sampleBoundary(samples.length, i, count),
      sampleBoundary(samples.length, i + 1, count),
    );
    return {
      samples: piece,
      ms: durationMs(piece.length, OUTPUT_RATE),
      text: words
        .slice(wordBoundary(words.length, i, count), wordBoundary(words.length, i + 1, count))
        .join(""),
    };
  });
}

function sampleBoundary(length: number, i: number, count: number): number {
  return Math.floor((length * i) / count);
}

/** Number of words that start before chunk `i`; the first chunk always starts one. */
function wordBoundary(words: number, i: number, count: number): number {
  return i === 0 ? 0 : Math.ceil((words * i) / count);
}

/**
 * An estimate of the client's playback: gapless from the first chunk on. The service keeps a turn open until its end.
 */
export interface PlaybackClock {
  /** When all audio sent so far has been played, ms since the epoch. */
  readonly end: number;
  /** When each sentence starts to play, ms since the epoch. */
  readonly sentenceStarts: readonly number[];
}

export const idlePlayback: PlaybackClock = { end: 0, sentenceStarts: [] };

export function advancePlayback(
  playback: PlaybackClock,
  ms: number,
  now: number,
  startsSentence: boolean,
): PlaybackClock {
  const start = Math.max(playback.end, now);
  return {
    end: start + ms,
    sentenceStarts: startsSentence ? [...playback.sentenceStarts, start] : playback.sentenceStarts,
  };
}

/** Sentences sent but not yet playing, plus the playing one. */
const MAX_AHEAD = 2;

/** When the next sentence may be synthesized: once all sentences sent, except the last, have started to play. */
export function nextSentenceAt({ sentenceStarts }: PlaybackClock): number {
  return sentenceStarts.length < MAX_AHEAD
    ? 0
    : (sentenceStarts[sentenceStarts.length - MAX_AHEAD] ?? 0);
}

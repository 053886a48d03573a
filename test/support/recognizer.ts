/** Transcribes recordings with the emulator's own detector and recognizer, to compare audio with its transcript. */
import { openSpeechService } from "../../src/emulator/node/speech.ts";
import type { SpeechService } from "../../src/emulator/node/speech.ts";
import { windowSamples } from "../../src/emulator/node/ears/window.ts";
import { UtteranceBuffer } from "../../src/emulator/core/speech/utterance.ts";
import { resample } from "../../src/emulator/core/speech/resampler.ts";

const inputRate = 16_000;
/** A pause of this many windows (of 32 ms) separates two utterances. */
const PAUSE_WINDOWS = 15;
/** Windows kept around an utterance: more silence than 100 ms hides short words. */
const PADDING = 3;

export interface TestRecognizer {
  /** The transcript of mono PCM16 at any rate, utterance by utterance. */
  transcribe(samples: Int16Array, rate: number): Promise<string>;
  /** The speech probability of each 32 ms window. */
  probabilities(samples: Int16Array, rate: number): Promise<number[]>;
  close(): Promise<void>;
}

/** @param speech the service to use; by default the models are loaded for this recognizer alone. */
export async function openRecognizer(speech?: SpeechService): Promise<TestRecognizer> {
  const own = speech ?? openSpeechService({ now: () => performance.now(), log: console.error });
  await own.ready;
  return {
    transcribe: (samples, rate) => transcribe(own, resample(samples, rate, inputRate)),
    probabilities: (samples, rate) => probabilitiesOf(own, resample(samples, rate, inputRate)),
    close: async () => (speech === undefined ? own.close() : undefined),
  };
}

async function transcribe(speech: SpeechService, samples: Int16Array): Promise<string> {
  const stream = speech.recognizer.openStream();
  const spans = utterancesIn(await probabilitiesOf(speech, samples));
  const transcripts = await Promise.all(
    spans.map((span) => stream.transcribe(trimmed(samples, span))),
  );
  stream.close();
  return transcripts.join(" ");
}

/** As the emulator trims an utterance. */
function trimmed(samples: Int16Array, [from, to]: readonly [number, number]): Int16Array {
  const utterance = new UtteranceBuffer();
  for (let at = Math.max(0, from - PADDING); at < to; at++) {
    const window = samples.slice(at * windowSamples, (at + 1) * windowSamples);
    utterance.push(window, at >= from + PADDING && at < to - PADDING, true);
  }
  return utterance.trimmed();
}

async function probabilitiesOf(speech: SpeechService, samples: Int16Array): Promise<number[]> {
  const stream = speech.recognizer.openStream();
  const count = Math.ceil(samples.length / windowSamples);
  const all = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      stream.speechProbability(windowAt(samples, i * windowSamples)),
    ),
  );
  stream.close();
  return all;
}

function windowAt(samples: Int16Array, at: number): Float32Array {
  const window = new Float32Array(windowSamples);
  window.set(Float32Array.from(samples.subarray(at, at + windowSamples), (s) => s / 32_768));
  return window;
}

/** Spans of windows that form an utterance. */
export function utterancesIn(probabilities: readonly number[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const [i, probability] of probabilities.entries()) {
    if (probability < 0.5) continue;
    const last = spans.at(-1);
    if (last !== undefined && i - last[1] < PAUSE_WINDOWS) last[1] = i + 1;
    else spans.push([i, i + 1]);
  }
  return spans
    .filter(([from, to]) => to - from >= 3)
    .map(([from, to]) => [Math.max(0, from - PADDING), to + PADDING]);
}

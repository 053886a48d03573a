/**
 * Recordings of a folder, without text. Debian's packages asterisk-core-sounds-* and asterisk-prompt-* have some 300 to
 * 500 prompts each, of one professional speaker.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { readWav } from "../../test/support/wav.ts";
import { pausedWithin, sentenceRate, trimmed, type Sentence } from "./sentences.ts";

/** Shorter recordings are words of a longer prompt, longer ones are several sentences; in s. */
const [least, most] = [1.2, 5];
const perFolder = 48;
/** Inserted in turn, in ms. */
const pauses = [300, 500, 700, 900];

/** Evenly chosen recordings of a folder, each without a pause and with one. */
export function readRecordings(folder: string): Sentence[] {
  const source = basename(folder);
  const found = readdirSync(folder)
    .filter((file) => file.endsWith(".wav"))
    .toSorted()
    .flatMap((file) => {
      const { rate, samples } = readWav(join(folder, file));
      const seconds = samples.length / rate;
      return seconds >= least && seconds <= most ? [{ file, rate, samples }] : [];
    });
  const step = Math.max(1, found.length / perFolder);
  const chosen = Array.from(
    { length: Math.min(perFolder, found.length) },
    (_, at) => found[Math.floor(at * step)],
  );
  return chosen.flatMap((each, at): Sentence[] => {
    if (!each) return [];
    const { file, rate } = each;
    const samples = trimmed(resample(each.samples, rate, sentenceRate));
    const plain: Sentence = { name: file, source, voice: source, label: file, samples };
    const ms = pauses[at % pauses.length] ?? 0;
    return [plain, { ...plain, label: `${file} [${ms}]`, samples: pausedWithin(samples, ms) }];
  });
}

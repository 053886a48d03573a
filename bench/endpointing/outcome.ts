/** The outcome of one sentence under one setting, and the table of all. */
import { median, quantile } from "../show/statistics.ts";
import type { Detection } from "./project.ts";
import type { Sentence } from "./sentences.ts";

/** By the name of the agent that has the setting. */
export const settings: Readonly<Record<string, Detection>> = {
  service: {},
  service_600: { silenceDurationMs: 600 },
  service_400: { silenceDurationMs: 400 },
  relay: { by: "relay" },
};

/** Silence before the first word, in ms: the microphone is open already. */
const leadMs = 400;

export interface Outcome {
  readonly setting: string;
  readonly sentence: Sentence;
  /** From the last word to the first sound, in ms; undefined if none came after it. */
  readonly wait: number | undefined;
  readonly transcripts: readonly string[];
}

/** The sentence as a microphone sends it, up to its last word. */
export function spokenSamples({ samples }: Sentence): Int16Array {
  const lead = (leadMs * 16_000) / 1_000;
  const spoken = new Int16Array(lead + samples.length);
  spoken.set(samples, lead);
  return spoken;
}

/** Plays the sentences of each voice under each setting one after another, some voices at a time. */
export async function playAll(
  sentences: readonly Sentence[],
  atOnce: number,
  play: (setting: string, sentence: Sentence, at: number) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const due = Object.values(Object.groupBy(sentences, ({ voice }) => voice)).flatMap((own = []) =>
    Object.keys(settings).map((setting) => ({ setting, own })),
  );
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next !== undefined; next = due.shift())
      for (const sentence of next.own)
        outcomes.push(await play(next.setting, sentence, sentences.indexOf(sentence)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

export function report(outcomes: readonly Outcome[]): void {
  const sources = [...new Set(outcomes.map(({ sentence }) => sentence.source))];
  console.log(`| end of a turn by | median | p90 | cut | ${sources.join(" | ")} |`);
  console.log(`| --- | --- | --- | --- |${" --- |".repeat(sources.length)}`);
  for (const setting of Object.keys(settings)) {
    const own = outcomes.filter((outcome) => outcome.setting === setting);
    const waits = own.filter((each) => !isCut(each, outcomes)).flatMap(({ wait }) => wait ?? []);
    const times = [median(waits), quantile(waits, 0.9)].map((ms) => `${ms.toFixed(0)} ms`);
    const shares = sources.map((source) =>
      share(
        own.filter(({ sentence }) => sentence.source === source),
        outcomes,
      ),
    );
    console.log(`| ${[setting, ...times, share(own, outcomes), ...shares].join(" | ")} |`);
  }
  for (const each of outcomes.filter((outcome) => isCut(outcome, outcomes)))
    console.log(`cut, ${each.setting}: ${each.sentence.label} → ${each.transcripts.join(" | ")}`);
}

function share(some: readonly Outcome[], all: readonly Outcome[]): string {
  const cut = some.filter((each) => isCut(each, all)).length;
  return `${cut} of ${some.length} (${((100 * cut) / some.length).toFixed(1)} %)`;
}

/** The recogniser errs: the measure is the longest transcript of the sentence in one turn, less one word. */
function isCut({ sentence, transcripts }: Outcome, all: readonly Outcome[]): boolean {
  const others = all.filter((each) => each.sentence === sentence && each.transcripts.length === 1);
  const whole = Math.max(0, ...others.map((each) => words(each.transcripts.join(" "))));
  return transcripts.length !== 1 || words(transcripts.join(" ")) < whole - 1;
}

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** Judges a soak: what was said against what was told and kept. */
import type { Event } from "../../src/wire/adk.ts";
import { wordErrorRate } from "../../test/support/wer.ts";

export interface Verdict {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** One thing that was said, and what came of it. */
interface Exchange {
  readonly heard: string;
  readonly answers: readonly string[];
}

/** The finals, oldest first: the user's begin an exchange. */
export function exchangesIn(events: readonly Event[]): Exchange[] {
  const exchanges: { heard: string; answers: string[] }[] = [];
  for (const { inputTranscription: heard, outputTranscription: said, partial } of events) {
    if (partial === true) continue;
    if (heard?.finished) exchanges.push({ heard: heard.text, answers: [] });
    if (said?.finished) exchanges.at(-1)?.answers.push(said.text);
  }
  return exchanges;
}

/** @param said what was spoken, in order. @param where "the log", or whose events these are. */
export function judge(said: readonly string[], events: readonly Event[], where: string): Verdict[] {
  const exchanges = exchangesIn(events);
  const misheard = said.flatMap((words, at) => {
    const heard = exchanges[at]?.heard;
    return isHeard(words, heard) ? [] : [`${words} → ${heard}`];
  });
  const unanswered = exchanges.filter(({ answers }) => answers.length !== 1);
  // What a crash cut off is kept as of its last half second, before the last pieces that were told of it.
  const times = events.filter(({ partial }) => !partial).map(({ timestamp }) => timestamp);
  const ids = new Set(events.map(({ id }) => id));
  return [
    {
      what: `${where}: one final transcript for each of ${said.length} utterances, in order`,
      ok: exchanges.length === said.length && misheard.length === 0,
      found: `${exchanges.length}${list(misheard)}`,
    },
    {
      what: `${where}: one answer for each`,
      ok: unanswered.length === 0,
      found: `${exchanges.length - unanswered.length}${list(unanswered.map(({ heard, answers }) => `${heard} → ${answers.length}`))}`,
    },
    {
      what: `${where}: complete and in order, no event twice`,
      ok: ids.size === events.length && times.every((time, at) => time >= (times[at - 1] ?? 0)),
      found: `${events.length} events`,
    },
  ];
}

/** A recogniser may mishear a word. */
const isHeard = (words: string, heard: string | undefined): boolean =>
  heard !== undefined && wordErrorRate(words, heard) <= 0.5;

const list = (odd: readonly string[]): string =>
  odd.length > 0 ? ` (not: ${odd.join("; ")})` : "";

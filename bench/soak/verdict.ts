/** Compares the utterances of a soak test with the events the client received and the relay stored. */
import type { Event } from "../../src/wire/adk.ts";
import { wordErrorRate } from "../../test/support/wer.ts";

export interface Verdict {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** One utterance with its transcript and its answers. */
interface Exchange {
  readonly heard: string;
  readonly answers: readonly string[];
}

/** Groups final transcripts, oldest first. Each input transcript begins an exchange. */
export function exchangesIn(events: readonly Event[]): Exchange[] {
  const exchanges: { heard: string; answers: string[] }[] = [];
  for (const { inputTranscription: heard, outputTranscription: said, partial } of events) {
    if (partial === true) continue;
    if (heard?.finished) exchanges.push({ heard: heard.text, answers: [] });
    if (said?.finished) exchanges.at(-1)?.answers.push(said.text);
  }
  return exchanges;
}

/** @param said the utterances, in order. @param where the origin of the events: "the log" or "the client". */
export function judge(said: readonly string[], events: readonly Event[], where: string): Verdict[] {
  const exchanges = exchangesIn(events);
  const misheard = said.flatMap((words, at) => {
    const heard = exchanges[at]?.heard;
    return isHeard(words, heard) ? [] : [`${words} → ${heard}`];
  });
  const unanswered = exchanges.filter(({ answers }) => answers.length !== 1);
  // After a crash the log has the interrupted answer as of its last draft, up to half a second old.
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

/** Speech recognition may get a word wrong. */
const isHeard = (words: string, heard: string | undefined): boolean =>
  heard !== undefined && wordErrorRate(words, heard) <= 0.5;

const list = (odd: readonly string[]): string =>
  odd.length > 0 ? ` (not: ${odd.join("; ")})` : "";

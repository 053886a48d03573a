/** Compares the utterances of a soak test with the events the client received and the relay stored. */
import type { Event } from "../../src/wire/adk.ts";
import { wordErrorRate } from "../../test/support/wer.ts";

export interface Verdict {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
}

/** One utterance with its transcript and its answers. */
interface Exchange {
  readonly input: string;
  readonly answers: readonly string[];
}

/** Groups final transcripts, oldest first. Each input transcript begins an exchange. */
export function exchangesIn(events: readonly Event[]): Exchange[] {
  const exchanges: { input: string; answers: string[] }[] = [];
  for (const { inputTranscription: input, outputTranscription: output, partial } of events) {
    if (partial === true) continue;
    if (input?.finished) exchanges.push({ input: input.text, answers: [] });
    if (output?.finished) exchanges.at(-1)?.answers.push(output.text);
  }
  return exchanges;
}

/** @param utterances the spoken texts, in order. @param origin the source of the events: "the log" or "the client". */
export function judge(
  utterances: readonly string[],
  events: readonly Event[],
  origin: string,
): Verdict[] {
  const exchanges = exchangesIn(events);
  const misrecognized = utterances.flatMap((text, at) => {
    const input = exchanges[at]?.input;
    return isRecognized(text, input) ? [] : [`${text} → ${input}`];
  });
  const unanswered = exchanges.filter(({ answers }) => answers.length !== 1);
  // After a crash the log has the interrupted answer as of its last draft, up to half a second old.
  const times = events.filter(({ partial }) => !partial).map(({ timestamp }) => timestamp);
  const ids = new Set(events.map(({ id }) => id));
  return [
    {
      check: `${origin}: one final transcript for each of ${utterances.length} utterances, in order`,
      ok: exchanges.length === utterances.length && misrecognized.length === 0,
      found: `${exchanges.length}${list(misrecognized)}`,
    },
    {
      check: `${origin}: one answer for each`,
      ok: unanswered.length === 0,
      found: `${exchanges.length - unanswered.length}${list(unanswered.map(({ input, answers }) => `${input} → ${answers.length}`))}`,
    },
    {
      check: `${origin}: complete and in order, no event twice`,
      ok: ids.size === events.length && times.every((time, at) => time >= (times[at - 1] ?? 0)),
      found: `${events.length} events`,
    },
  ];
}

/** Speech recognition may get a word wrong. */
const isRecognized = (text: string, input: string | undefined): boolean =>
  input !== undefined && wordErrorRate(text, input) <= 0.5;

const list = (exceptions: readonly string[]): string =>
  exceptions.length > 0 ? ` (not: ${exceptions.join("; ")})` : "";

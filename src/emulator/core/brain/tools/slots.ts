/** The words of a command while arguments are drawn from it: each word is taken once. */
import { plain, wordSet, wordsIn } from "../words/plain.ts";
import { stem } from "../words/stem.ts";
import { alike, GENERIC, LITTLE, parted } from "./lexicon.ts";
import type { Callable } from "./schema.ts";

export interface Slots {
  /** In lower case. */
  readonly words: readonly string[];
  /** The same words with their case. */
  readonly spoken: readonly string[];
  readonly raw: string;
  readonly used: boolean[];
  /** Stems of the function's name: such words belong to no argument. */
  readonly verbs: readonly string[];
}

export function slotsOf(raw: string, { name }: Callable): Slots {
  const words = wordsIn(raw);
  return {
    raw,
    spoken: plain(raw).split(" ").slice(0, words.length),
    words,
    used: words.map(() => false),
    verbs: parted(name)
      .map(stem)
      .filter((word) => !GENERIC.has(word)),
  };
}

export function take(slots: Slots, at: number, length: number): string {
  slots.used.fill(true, at, at + length);
  return slots.spoken.slice(at, at + length).join(" ");
}

export const isFree = ({ used }: Slots, at: number): boolean => used[at] === false;

/** Where these words follow one another and are free; -1 when they do not. */
export const indexOfPhrase = (slots: Slots, phrase: readonly string[]): number =>
  phrase.length === 0
    ? -1
    : slots.words.findIndex((_, at) =>
        phrase.every((word, i) => slots.words[at + i] === word && isFree(slots, at + i)),
      );

const isVerb = (slots: Slots, word: string): boolean =>
  slots.verbs.some((verb) => alike(stem(word), verb));

/** Stripped from the ends of an argument besides `LITTLE`. */
const LEADS = wordSet(
  "something anything someone more another looking trying searching like hoping find search look show list add set create make remember remind play start send write check current currently moment put",
);

/** Takes all words that are free, without the verbs and little words at both ends. */
export function leftover(slots: Slots): string {
  const counts = slots.words.map(
    (word, at) =>
      isFree(slots, at) && !LITTLE.has(stem(word)) && !isVerb(slots, word) && !LEADS.has(word),
  );
  const begin = counts.indexOf(true);
  const end = counts.lastIndexOf(true) + 1;
  const free = slots.spoken.filter((_, at) => at >= begin && at < end && isFree(slots, at));
  if (end > 0) slots.used.fill(true, begin, end);
  return free.join(" ");
}

/** Begin another argument. */
const BREAKS = wordSet(
  "in at on for to from with by about under over below above than and or please now today tonight tomorrow right currently saying that which who is are of into named called as",
);

/** Takes the free words from a position on, up to one that begins something else, or to the end. */
function phraseFrom(slots: Slots, at: number, toEnd: boolean): string {
  let begin = at;
  while (/^(?:the|a|an|my)$/.test(slots.words[begin] ?? "")) begin++;
  const breaks = (word: string): boolean => !toEnd && BREAKS.has(word);
  let end = begin;
  while (isFree(slots, end) && !breaks(slots.words[end] ?? "")) end++;
  while (end > begin && isVerb(slots, slots.words[end - 1] ?? "")) end--;
  return end === begin ? "" : take(slots, begin, end - begin);
}

/** Takes the phrase after the first of these cues, and the cue. */
export function phraseAfter(slots: Slots, cues: readonly string[], toEnd = false): string {
  for (const cue of cues.map((phrase) => phrase.split(" ")))
    for (let at = 0; at < slots.words.length; at++) {
      if (!cue.every((word, i) => slots.words[at + i] === word && isFree(slots, at + i))) continue;
      const phrase = phraseFrom(slots, at + cue.length, toEnd);
      if (phrase === "") continue;
      take(slots, at, cue.length);
      return phrase;
    }
  return "";
}

/** Takes the first quotation. */
export function quoted(slots: Slots): string {
  for (const [, inner = ""] of slots.raw.matchAll(/["“]([^"”]+)["”]/g)) {
    const words = wordsIn(inner);
    const at = indexOfPhrase(slots, words);
    if (at < 0) continue;
    take(slots, at, words.length);
    return inner;
  }
  return "";
}

/** Takes the first run of capitalised words after the first word. */
export function capitals(slots: Slots): string {
  const usable = (at: number): boolean => {
    const word = slots.spoken[at] ?? "";
    return (
      isFree(slots, at) &&
      /^\p{Lu}/u.test(word) &&
      word !== "I" &&
      !isVerb(slots, word.toLowerCase())
    );
  };
  const begin = slots.words.findIndex((_, at) => at > 0 && usable(at));
  const length = slots.words.slice(begin).findIndex((_, i) => !usable(begin + i));
  return begin < 0 ? "" : take(slots, begin, length < 0 ? slots.words.length - begin : length);
}

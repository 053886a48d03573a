/** The words of a command while arguments are being drawn from it: each word serves once. */
import { plain } from "../words/plain.ts";
import { stem } from "../words/stem.ts";
import { alike, GENERIC, LITTLE, parted } from "./lexicon.ts";
import type { Callable } from "./schema.ts";

export interface Slots {
  /** In lower case. */
  readonly words: readonly string[];
  /** The same words as they were written. */
  readonly spoken: readonly string[];
  readonly raw: string;
  readonly used: boolean[];
  /** Stems of the function's name: words that order, not words that fill. */
  readonly orders: readonly string[];
}

export function slotsOf(raw: string, { name }: Callable): Slots {
  const text = plain(raw);
  const spoken = text === "" ? [] : text.split(" ");
  const orders = parted(name)
    .map(stem)
    .filter((word) => !GENERIC.has(word));
  return {
    raw,
    spoken,
    words: spoken.map((word) => word.toLowerCase()),
    used: spoken.map(() => false),
    orders,
  };
}

export function take(slots: Slots, at: number, length: number): string {
  slots.used.fill(true, at, at + length);
  return slots.spoken.slice(at, at + length).join(" ");
}

export const isFree = (slots: Slots, at: number): boolean =>
  at >= 0 && at < slots.words.length && slots.used[at] === false;

const orders = (slots: Slots, word: string): boolean =>
  slots.orders.some((order) => alike(stem(word), order));

/** Words that lead up to what is wanted, besides those that carry nothing. */
const LEADS = new Set(
  "something anything someone more another looking trying searching like hoping find search look show list add set create make remember remind play start send write check current currently moment put".split(
    " ",
  ),
);

const strips = (slots: Slots, at: number): boolean => {
  const word = slots.words[at] ?? "";
  return LITTLE.has(stem(word)) || orders(slots, word) || LEADS.has(word);
};

/** What no parameter took, without the words that order; as one phrase. Takes it. */
export function leftover(slots: Slots): string {
  let begin = 0;
  let end = slots.words.length;
  while (begin < end && (!isFree(slots, begin) || strips(slots, begin))) begin++;
  while (end > begin && (!isFree(slots, end - 1) || strips(slots, end - 1))) end--;
  const free = slots.spoken.slice(begin, end).filter((_, i) => isFree(slots, begin + i));
  slots.used.fill(true, begin, end);
  return free.join(" ");
}

const BREAKS = new Set(
  "in at on for to from with by about under over below above than and or please now today tonight tomorrow right currently saying that which who is are of into named called as".split(
    " ",
  ),
);

/** The free words from a place on, up to a word that begins something else. Takes them. */
export function phraseFrom(slots: Slots, at: number, also: ReadonlySet<string> = BREAKS): string {
  let begin = at;
  while (/^(?:the|a|an|my)$/.test(slots.words[begin] ?? "")) begin++;
  let end = begin;
  while (isFree(slots, end) && !also.has(slots.words[end] ?? "")) end++;
  while (end > begin && orders(slots, slots.words[end - 1] ?? "")) end--;
  if (end === begin) return "";
  return take(slots, begin, end - begin);
}

/** The phrase after the first free one of these words; both are taken. */
export function phraseAfter(slots: Slots, cues: readonly string[], toEnd = false): string {
  for (const cue of cues) {
    const wanted = cue.split(" ");
    for (let at = 0; at < slots.words.length; at++) {
      if (!wanted.every((word, i) => slots.words[at + i] === word && isFree(slots, at + i)))
        continue;
      const phrase = phraseFrom(slots, at + wanted.length, toEnd ? new Set() : BREAKS);
      if (phrase === "") continue;
      take(slots, at, wanted.length);
      return phrase;
    }
  }
  return "";
}

/** Words within quotation marks; the words are taken. */
export function quoted(slots: Slots): string {
  for (const match of slots.raw.matchAll(/["“]([^"”]+)["”]/g)) {
    const inner = match[1] ?? "";
    const words = plain(inner).toLowerCase().split(" ");
    const at = slots.words.findIndex((_, i) =>
      words.every((word, j) => slots.words[i + j] === word),
    );
    if (at < 0 || !isFree(slots, at)) continue;
    take(slots, at, words.length);
    return inner;
  }
  return "";
}

const isCapital = (word: string): boolean => /^\p{Lu}/u.test(word) && word !== "I";

/** A run of capitalised words after the first word of the command. Takes it. */
export function capitals(slots: Slots): string {
  const usable = (at: number): boolean =>
    isFree(slots, at) && isCapital(slots.spoken[at] ?? "") && !orders(slots, slots.words[at] ?? "");
  for (let at = 1; at < slots.words.length; at++) {
    if (!usable(at)) continue;
    let end = at + 1;
    while (usable(end)) end++;
    return take(slots, at, end - at);
  }
  return "";
}

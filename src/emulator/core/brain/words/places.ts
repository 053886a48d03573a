/** Finds places in what a recogniser wrote: exactly, or by a near spelling where a place must stand. */
import { PLACES, type Place } from "../data/cities.ts";

const bare = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036F]/g, "")
    .replace(/\bst\b/g, "saint")
    .toLowerCase();

const BY_NAME = new Map(PLACES.map((place) => [bare(place.name), place]));
const LONGEST = 4;

/** Edits between two words, swaps of neighbours counted as one (optimal string alignment). */
export function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** What is left of a word's sound when vowels and doubled letters are dropped: "perris" and "paris" are "prs". */
const sound = (text: string): string =>
  text
    .replace(/ph/g, "f")
    .replace(/ck|[cq]/g, "k")
    .replace(/z/g, "s")
    .replace(/[aeiouyhw\s]/g, "")
    .replace(/(.)\1+/g, "$1");

const allowance = (length: number): number => (length >= 9 ? 2 : length >= 5 ? 1 : 0);

function near(heard: string): Place | undefined {
  const joined = heard.replace(/\s/g, "");
  let best: { place: Place; distance: number } | undefined;
  for (const [name, place] of BY_NAME) {
    const target = name.replace(/\s/g, "");
    if (target[0] !== joined[0] || Math.abs(target.length - joined.length) > 2) continue;
    const distance = edits(joined, target);
    const alike =
      distance <= allowance(target.length) ||
      (distance <= 2 && target.length >= 5 && sound(joined) === sound(target));
    if (alike && distance < (best?.distance ?? Infinity)) best = { place, distance };
  }
  return best?.place;
}

/** Small words that never begin a place, and a place never follows by mere likeness. */
const NEVER = new Set(
  "a an my our your his her their this that it the morning evening afternoon general case fact time order total".split(
    " ",
  ),
);

const LEADS = new Set(["in", "at", "for", "over", "and", "is", "time", "to", "of"]);

/** Every place named in the words, in order; after "in" and its like also near spellings. */
export function placesIn(words: readonly string[]): Place[] {
  const found: Place[] = [];
  for (let at = 0; at < words.length; at++) {
    const match = placeAt(words, at);
    if (match === undefined) continue;
    if (!found.some((place) => place.zone === match.place.zone)) found.push(match.place);
    at += match.length - 1;
  }
  return found;
}

function placeAt(
  words: readonly string[],
  at: number,
): { place: Place; length: number } | undefined {
  const spans = Array.from({ length: Math.min(LONGEST, words.length - at) }, (_, i) => i + 1);
  const span = (length: number): string => bare(words.slice(at, at + length).join(" "));
  const begin = words[at] === "the" ? 1 : 0;
  for (const length of spans.toReversed()) {
    const exact = BY_NAME.get(span(length)) ?? BY_NAME.get(span(length).slice(begin * 4));
    if (exact !== undefined && plausible(words, at, exact)) return { place: exact, length };
  }
  if (!LEADS.has(words[at - 1] ?? "") || NEVER.has(words[at] ?? "")) return undefined;
  for (const length of spans.toReversed()) {
    const alike = near(span(length));
    if (alike !== undefined) return { place: alike, length };
  }
  return undefined;
}

/** Names that are also plain words count only where a place stands. */
const WORDS_TOO = new Set([
  "Nice",
  "Split",
  "Cork",
  "Orlando",
  "Charlotte",
  "Salvador",
  "Surat",
  "Turkey",
]);

const plausible = (words: readonly string[], at: number, place: Place): boolean =>
  !WORDS_TOO.has(place.name) || ["in", "at", "and"].includes(words[at - 1] ?? "");

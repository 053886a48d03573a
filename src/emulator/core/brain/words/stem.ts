/** Stems of English words, the same for British and American spellings. */
import { stemmer } from "stemmer";

/** Pairs of an irregular form and its base. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  "people person,children child,mice mouse,dice die,feet foot,bought buy,sent send,found find,told tell,said say,ran run,went go,made make,left leave,met meet,gray grey,centre center"
    .split(",")
    .map((pair) => pair.split(" ") as [string, string]),
);

export function stem(word: string): string {
  const american = word
    .replace(/ou(?=r(?:s|ed|ing|ful|ites?)?$)/, "o")
    .replace(/^favourite/, "favorite")
    .replace(/ise(?=[sd]?$)/, "ize");
  const bare = (IRREGULAR.get(american) ?? american).replace(/'s?$/, "");
  return bare.length < 4 ? bare : stemmer(bare);
}

export const stems = (words: readonly string[]): string[] => words.map(stem);

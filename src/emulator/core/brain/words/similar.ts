/** Similar words: a misspelling, or a misheard word. */
import { doubleMetaphone } from "double-metaphone";
import { distance } from "fastest-levenshtein";

/** How far `heard` is from `word` in edits, when it is the same word misspelled or sounds like it. */
export function difference(heard: string, word: string): number | undefined {
  if (heard[0] !== word[0]) return undefined;
  const edits = distance(heard, word);
  const misspelled = edits <= (word.length >= 9 ? 2 : word.length >= 5 ? 1 : 0);
  const sounds =
    edits <= 2 && word.length >= 5 && doubleMetaphone(heard)[0] === doubleMetaphone(word)[0];
  return misspelled || sounds ? edits : undefined;
}

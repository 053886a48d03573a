/** Similar words: a misspelling, or a misheard word. */
import { doubleMetaphone } from "double-metaphone";
import { distance } from "fastest-levenshtein";

/** How far `given` is from `word` in edits, when it is the same word misspelled or sounds like it. */
export function difference(given: string, word: string): number | undefined {
  if (given[0] !== word[0]) return undefined;
  const edits = distance(given, word);
  const misspelled = edits <= (word.length >= 9 ? 2 : word.length >= 5 ? 1 : 0);
  const sounds =
    edits <= 2 && word.length >= 5 && doubleMetaphone(given)[0] === doubleMetaphone(word)[0];
  return misspelled || sounds ? edits : undefined;
}

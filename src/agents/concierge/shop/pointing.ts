/** "The second one", "the blue mug", an id: which thing a shopper points at. */
import type { Database } from "./database.ts";
import { itemsOf, search, type Item } from "./search.ts";
import { wordsOf } from "./words.ts";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly price: number;
}

const places = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
];

/** The one of those before the shopper that is meant; undefined when it is none of them. */
export function pointed<T extends Named>(said: string, before: readonly T[]): T | undefined {
  const words = said.toLowerCase();
  const known = before.find(({ id, name }) => id === said || name.toLowerCase() === words.trim());
  if (known) return known;
  const place = places.findIndex((place) => words.includes(place));
  if (place >= 0) return before[place];
  if (/\blast\b/.test(words)) return before.at(-1);
  if (/\bcheapest\b/.test(words)) return before.toSorted((a, b) => a.price - b.price)[0];
  if (/^(?:it|that|this|that one|this one|one)$/.test(words.trim())) return before[0];
  return byWords(words, before);
}

/** The thing named by the most of the words, if they are all of its name. */
function byWords<T extends Named>(said: string, before: readonly T[]): T | undefined {
  const words = wordsOf(said).map(stem);
  if (words.length === 0) return undefined;
  return before.find(({ name }) => {
    const own = wordsOf(name).map(stem);
    return words.every((word) => own.includes(word));
  });
}

const stem = (word: string): string => word.replace(/(?:es|s)$/, "");

/** The thing that is meant, before the shopper or anywhere in the shop. */
export async function meant(
  database: Database,
  said: string,
  before: readonly Named[],
): Promise<Item | undefined> {
  const [known] = await itemsOf(database, [pointed(said, before)?.id ?? said]);
  if (known) return known;
  const { items, exact } = await search(database, { query: said });
  return exact && wordsOf(said).length > 0 ? items[0] : undefined;
}

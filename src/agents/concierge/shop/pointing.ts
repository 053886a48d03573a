/** "The second one", "the blue mug", an id: which thing a shopper points at. */
import type { Database } from "./database.ts";
import { itemsOf, search, type Item } from "./search.ts";
import { searchTermsOf } from "./words.ts";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly price: number;
}

const ordinals = [
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
export function resolveReference<T extends Named>(
  said: string,
  before: readonly T[],
): T | undefined {
  const words = said.toLowerCase();
  const known = before.find(({ id, name }) => id === said || name.toLowerCase() === words.trim());
  if (known) return known;
  const place = ordinals.findIndex((place) => words.includes(place));
  if (place >= 0) return before[place];
  if (/\blast\b/.test(words)) return before.at(-1);
  if (/\bcheapest\b/.test(words)) return before.toSorted((a, b) => a.price - b.price)[0];
  if (/^(?:it|that|this|that one|this one|one)$/.test(words.trim())) return before[0];
  return matchByName(words, before);
}

/** The thing named by the most of the words, if they are all of its name. */
function matchByName<T extends Named>(said: string, before: readonly T[]): T | undefined {
  const words = searchTermsOf(said).map(stem);
  if (words.length === 0) return undefined;
  return before.find(({ name }) => {
    const own = searchTermsOf(name).map(stem);
    return words.every((word) => own.includes(word));
  });
}

const stem = (word: string): string => word.replace(/(?:es|s)$/, "");

/** The thing that is meant, before the shopper or anywhere in the shop. */
export async function resolveItem(
  database: Database,
  said: string,
  before: readonly Named[],
): Promise<Item | undefined> {
  const [known] = await itemsOf(database, [resolveReference(said, before)?.id ?? said]);
  if (known) return known;
  const { items, exact } = await search(database, { query: said });
  return exact && searchTermsOf(said).length > 0 ? items[0] : undefined;
}

/** Resolves references such as "the second one", "the blue mug" or an id to products. */
import type { Database } from "./database.ts";
import { itemsOf, search, type Item } from "./search.ts";
import { searchTermsOf } from "./search-terms.ts";

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

/** Resolves a reference to one of the items on the page, or in the cart; undefined for none of them. */
export function resolveReference<T extends Named>(
  reference: string,
  items: readonly T[],
): T | undefined {
  const words = reference.toLowerCase();
  const known = items.find(
    ({ id, name }) => id === reference || name.toLowerCase() === words.trim(),
  );
  if (known) return known;
  const index = ordinals.findIndex((ordinal) => words.includes(ordinal));
  if (index >= 0) return items[index];
  if (/\blast\b/.test(words)) return items.at(-1);
  if (/\bcheapest\b/.test(words)) return items.toSorted((a, b) => a.price - b.price)[0];
  if (/^(?:it|that|this|that one|this one|one)$/.test(words.trim())) return items[0];
  return matchByName(words, items);
}

/** The first item whose name contains all terms of a reference. */
function matchByName<T extends Named>(reference: string, items: readonly T[]): T | undefined {
  const terms = searchTermsOf(reference).map(stem);
  if (terms.length === 0) return undefined;
  return items.find(({ name }) => {
    const own = searchTermsOf(name).map(stem);
    return terms.every((term) => own.includes(term));
  });
}

const stem = (word: string): string => word.replace(/(?:es|s)$/, "");

/** Resolves a reference to one of the items, else to a product of the whole catalogue. */
export async function resolveItem(
  database: Database,
  reference: string,
  items: readonly Named[],
): Promise<Item | undefined> {
  const [known] = await itemsOf(database, [resolveReference(reference, items)?.id ?? reference]);
  if (known) return known;
  const { items: found, exact } = await search(database, { query: reference });
  return exact && searchTermsOf(reference).length > 0 ? found[0] : undefined;
}

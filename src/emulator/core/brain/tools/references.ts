/** References to the results of the last call: "the first one", "the cheapest", "it". */
import type { Content } from "@google/genai";
import { responsesGiven } from "./call-history.ts";
import { isRecord, type Parameter } from "./schema.ts";
import { isFree, take, type Slots } from "./slots.ts";

type Item = Readonly<Record<string, unknown>>;

/** Deeper lists are not read to the user. */
const DEPTH = 3;

function listOf(value: unknown, depth = 0): readonly Item[] {
  if (Array.isArray(value)) return value.filter(isRecord);
  if (!isRecord(value) || depth >= DEPTH) return [];
  const lists = Object.values(value).map((inner) => listOf(inner, depth + 1));
  return lists.find(({ length }) => length > 0) ?? [];
}

/** The items of the newest response that has any, in order. */
export const itemsFound = (history: readonly Content[]): readonly Item[] =>
  responsesGiven(history)
    .map(({ response }) => listOf(response))
    .findLast(({ length }) => length > 0) ?? [];

const price = (item: Item): number => Number(item["price"] ?? Infinity);

type Finder = (items: readonly Item[]) => Item | undefined;

const FINDERS: readonly (readonly [RegExp, Finder])[] = [
  [/\b(?:the )?(?:first|1st)(?: one| of (?:them|those))?\b/, (items) => items[0]],
  [/\b(?:the )?(?:second|2nd)(?: one| of (?:them|those))?\b/, (items) => items[1]],
  [/\b(?:the )?(?:third|3rd)(?: one| of (?:them|those))?\b/, (items) => items[2]],
  [/\b(?:the )?last(?: one)?\b/, (items) => items.at(-1)],
  [/\b(?:the )?cheapest(?: one)?\b/, (items) => items.toSorted((a, b) => price(a) - price(b))[0]],
  [
    /\b(?:the )?(?:dearest|most expensive)(?: one)?\b/,
    (items) => items.toSorted((a, b) => price(b) - price(a))[0],
  ],
  [/\b(?:it|that|this|them|these|those)(?: one)?\b/, (items) => items[0]],
];

/** The item's id for "product_id", its title for "item". */
function valueFor(item: Item, { name, kind }: Parameter): unknown {
  const keys = /(?:^|_)(?:id|sku|code)$|Id$/.test(name)
    ? [name, "id", "product_id", "item_id", "sku", "code"]
    : [name, "title", "name", "label", "id"];
  const value = keys.map((key) => item[key]).find((found) => found !== undefined);
  if (kind === "string" && typeof value === "number") return String(value);
  return typeof value === (kind === "string" ? "string" : "number") ? value : undefined;
}

/** The value that the words refer to, for one parameter. Takes the words. */
export function referred(slots: Slots, parameter: Parameter, items: readonly Item[]): unknown {
  const text = slots.words.join(" ");
  for (const [pattern, find] of FINDERS) {
    const match = pattern.exec(text);
    const item = match && find(items);
    if (!match || !item) continue;
    const at = text.slice(0, match.index).split(" ").length - 1;
    const value = isFree(slots, at) ? valueFor(item, parameter) : undefined;
    if (value === undefined) continue;
    take(slots, at, match[0].split(" ").length);
    return value;
  }
  return undefined;
}

/** "The first one", "the cheapest", "it": things of the list that a function answered with last. */
import type { Content } from "@google/genai";
import { responsesGiven } from "./call-history.ts";
import type { Parameter } from "./schema.ts";
import { isFree, take, type Slots } from "./slots.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Deeper lists were not read out, so nobody refers to them. */
const DEPTH = 3;

function listOf(value: unknown, depth = 0): readonly Fields[] {
  if (Array.isArray(value)) return value.filter(isFields);
  if (!isFields(value) || depth >= DEPTH) return [];
  for (const inner of Object.values(value)) {
    const found = listOf(inner, depth + 1);
    if (found.length > 0) return found;
  }
  return [];
}

/** The things that were last found, in the order in which they were said. */
export function thingsFound(history: readonly Content[]): readonly Fields[] {
  for (const { response } of responsesGiven(history).toReversed()) {
    const found = listOf(response);
    if (found.length > 0) return found;
  }
  return [];
}

const price = (item: Fields): number => Number(item["price"] ?? Infinity);

type Finder = (items: readonly Fields[]) => Fields | undefined;

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

/** "product_id" takes the thing's id, "item" its title. */
function named(item: Fields, { name, kind }: Parameter): unknown {
  const wantsId = /(?:^|_)(?:id|sku|code)$|Id$/.test(name);
  const keys = wantsId
    ? [name, "id", "product_id", "item_id", "sku", "code"]
    : [name, "title", "name", "label", "id"];
  const value = keys.map((key) => item[key]).find((found) => found !== undefined);
  const fits = kind === "string" ? typeof value === "string" : typeof value === "number";
  if (fits) return value;
  return kind === "string" && typeof value === "number" ? String(value) : undefined;
}

/** What the words refer to, for one parameter; its words are taken. */
export function referred(slots: Slots, parameter: Parameter, things: readonly Fields[]): unknown {
  if (things.length === 0) return undefined;
  const text = slots.words.join(" ");
  for (const [pattern, find] of FINDERS) {
    const match = pattern.exec(text);
    const item = match && find(things);
    if (!match || !item) continue;
    const at = text.slice(0, match.index).split(" ").length - 1;
    const value = isFree(slots, at) ? named(item, parameter) : undefined;
    if (value === undefined) continue;
    take(slots, at, match[0].split(" ").length);
    return value;
  }
  return undefined;
}

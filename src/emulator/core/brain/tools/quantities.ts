/** Numbers for parameters: each goes to the one whose name, unit or limit stands beside it. */
import { numbersIn } from "../words/numbers.ts";
import { plain } from "../words/plain.ts";
import { stem, stems } from "../words/stem.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import type { Parameter } from "./schema.ts";
import { isFree, take, type Slots } from "./slots.ts";

interface Quantity {
  readonly value: number;
  readonly at: number;
  readonly length: number;
}

const AT_MOST =
  /(?:under|below|less than|cheaper than|at most|up to|maximum(?: of)?|max|no more than|within|not over)$/;
const AT_LEAST = /(?:over|above|more than|at least|minimum(?: of)?|from|no less than|bigger than)$/;

const MONEY = new Set(["dollar", "euro", "buck", "pound", "usd", "eur", "yen", "franc"]);
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
]);
const timeUnit = (word: string): number | undefined => LENGTHS.get(word.replace(/s$/, ""));

const MANY = /\b(?:quantity|count|limit|number|how many|num|n|top|max results|copies|size)\b/;
const COSTS = /\b(?:price|cost|budget|amount|money|fee|total|spend|sum)\b/;
const PEOPLE = /\b(?:people|persons?|guests?|party|seats?|adults?|passengers?|party size)\b/;

const before = (slots: Slots, at: number): string =>
  slots.words.slice(Math.max(0, at - 3), at).join(" ");

/** How well a number and a parameter go together; 0 when nothing links them. */
function affinity(slots: Slots, { at, length }: Quantity, parameter: Parameter): number {
  const name = parted(parameter.name).join(" ");
  const next = slots.words[at + length] ?? "";
  const near = [next, slots.words[at + length + 1] ?? "", slots.words[at - 1] ?? ""].map(stem);
  const own = stems(parted(parameter.name));
  const lead = before(slots, at);
  const limit =
    (/\bmax/.test(name) && AT_MOST.test(lead)) || (/\bmin/.test(name) && AT_LEAST.test(lead));
  if (limit) return 5;
  if (own.some((word) => !EMPTY.has(word) && near.some((other) => alike(word, other)))) return 4;
  if (COSTS.test(name) && MONEY.has(stem(next))) return 4;
  if (timeUnit(next) !== undefined && own.some((word) => timeUnit(word) !== undefined)) return 3;
  if (PEOPLE.test(name) && /\bfor$/.test(lead)) return 3;
  const told = stems(plain(parameter.description).toLowerCase().split(" "));
  if (near.some((word) => word !== "" && !EMPTY.has(word) && told.includes(word))) return 2;
  const unitless = timeUnit(next) === undefined && !MONEY.has(stem(next)) && stem(next) !== "year";
  return MANY.test(name) && unitless && !AT_MOST.test(lead) ? 1 : 0;
}

/** "two hours" for a parameter in minutes is 120. */
function converted(slots: Slots, quantity: Quantity, parameter: Parameter): number {
  const said = timeUnit(slots.words[quantity.at + quantity.length] ?? "");
  const wanted = parted(parameter.name)
    .map(timeUnit)
    .find((unit) => unit !== undefined);
  const value =
    said === undefined || wanted === undefined ? quantity.value : (quantity.value * said) / wanted;
  return parameter.kind === "integer" ? Math.round(value) : value;
}

const LIMITS = new Set(
  "under below less than cheaper at most up to maximum max over above more least minimum for of within no".split(
    " ",
  ),
);

/** Takes a number with its unit and the words that limit it. */
function consume(slots: Slots, { at, length }: Quantity, keepMoney = false): void {
  let begin = at;
  while (isFree(slots, begin - 1) && LIMITS.has(slots.words[begin - 1] ?? "")) begin--;
  const next = slots.words[at + length] ?? "";
  const unit = timeUnit(next) !== undefined || (MONEY.has(stem(next)) && !keepMoney) ? 1 : 0;
  take(slots, begin, at + length - begin + unit);
}

/** "the first one" is not a number. */
const POINTS = new Set("first second third last this that which other cheapest same".split(" "));

const freeNumbers = (slots: Slots): Quantity[] =>
  numbersIn(slots.words).filter(
    ({ at }) => isFree(slots, at) && !POINTS.has(slots.words[at - 1] ?? ""),
  );

/**
 * Assigns the numbers said: the best pairs first, then what is required, in order.
 * @param keepMoney leaves "euros" for a parameter that wants the currency.
 */
export function quantities(
  slots: Slots,
  parameters: readonly Parameter[],
  keepMoney: boolean,
): Map<string, number> {
  const given = new Map<string, number>();
  const assign = (quantity: Quantity, parameter: Parameter): void => {
    given.set(parameter.name, converted(slots, quantity, parameter));
    consume(slots, quantity, keepMoney);
  };
  const pairs = freeNumbers(slots)
    .flatMap((quantity) =>
      parameters.map((parameter) => ({
        quantity,
        parameter,
        fit: affinity(slots, quantity, parameter),
      })),
    )
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
  for (const { quantity, parameter } of pairs)
    if (!given.has(parameter.name) && isFree(slots, quantity.at)) assign(quantity, parameter);
  for (const parameter of parameters.filter(({ required, name }) => required && !given.has(name))) {
    const next = freeNumbers(slots)[0];
    if (next !== undefined) assign(next, parameter);
  }
  return given;
}

/** Every number said, for a parameter that is a list of them. */
export function allNumbers(slots: Slots, whole: boolean): number[] {
  return freeNumbers(slots).map((quantity) => {
    consume(slots, quantity);
    return whole ? Math.round(quantity.value) : quantity.value;
  });
}

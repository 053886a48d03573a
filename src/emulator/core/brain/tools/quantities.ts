/** Numeric arguments: each number goes to the parameter whose name, unit or limit is beside it. */
import { numbersIn } from "../words/numbers.ts";
import { wordSet, wordsIn } from "../words/plain.ts";
import { stems } from "../words/stem.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import type { Parameter } from "./schema.ts";
import { isFree, take, type Slots } from "./slots.ts";

type Quantity = ReturnType<typeof numbersIn>[number];

export const isNumeric = ({ kind }: Parameter): boolean => kind === "number" || kind === "integer";

const AT_MOST =
  /(?:under|below|less than|cheaper than|at most|up to|maximum(?: of)?|max|no more than|within|not over)$/;
const AT_LEAST = /(?:over|above|more than|at least|minimum(?: of)?|from|no less than|bigger than)$/;

const isMoney = (word: string): boolean =>
  /^(?:dollar|euro|buck|pound|usd|eur|yen|franc)s?$/.test(word);

const SECONDS = new Map([
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
]);
const secondsIn = (unit: string): number | undefined => SECONDS.get(unit.replace(/s$/, ""));

const COUNT = /\b(?:quantity|count|limit|number|how many|num|n|top|max results|copies|size)\b/;
const COST = /\b(?:price|cost|budget|amount|money|fee|total|spend|sum)\b/;
const PEOPLE = /\b(?:people|persons?|guests?|party|seats?|adults?|passengers?|party size)\b/;

/** How strongly a number and a parameter belong together; 0 when nothing links them. */
function affinity({ words }: Slots, { at, length }: Quantity, parameter: Parameter): number {
  const own = parted(parameter.name);
  const name = own.join(" ");
  const next = words[at + length] ?? "";
  const near = stems([next, words[at + length + 1] ?? "", words[at - 1] ?? ""]).filter(
    (word) => word !== "" && !EMPTY.has(word),
  );
  const before = words.slice(Math.max(0, at - 3), at).join(" ");
  if (/\bmax/.test(name) && AT_MOST.test(before)) return 5;
  if (/\bmin/.test(name) && AT_LEAST.test(before)) return 5;
  if (stems(own).some((word) => near.some((other) => alike(word, other)))) return 4;
  if (COST.test(name) && isMoney(next)) return 4;
  const isTime = secondsIn(next) !== undefined;
  if (isTime && own.some((word) => secondsIn(word) !== undefined)) return 3;
  if (PEOPLE.test(name) && /\bfor$/.test(before)) return 3;
  const described = stems(wordsIn(parameter.description));
  if (near.some((word) => described.includes(word))) return 2;
  const unitless = !isTime && !isMoney(next) && !/^years?$/.test(next);
  return COUNT.test(name) && unitless && !AT_MOST.test(before) ? 1 : 0;
}

/** "two hours" is 120 for a parameter in minutes. */
function converted({ words }: Slots, { value, at, length }: Quantity, to: Parameter): number {
  const from = secondsIn(words[at + length] ?? "");
  const unit = parted(to.name)
    .map(secondsIn)
    .find((seconds) => seconds !== undefined);
  const scaled = from === undefined || unit === undefined ? value : (value * from) / unit;
  return to.kind === "integer" ? Math.round(scaled) : scaled;
}

const LIMITS = wordSet(
  "under below less than cheaper at most up to maximum max over above more least minimum for of within no",
);

/** Takes a number, its unit and the words that limit it. */
function consume(slots: Slots, { at, length }: Quantity, keepMoney = false): void {
  let begin = at;
  while (isFree(slots, begin - 1) && LIMITS.has(slots.words[begin - 1] ?? "")) begin--;
  const next = slots.words[at + length] ?? "";
  const unit = secondsIn(next) !== undefined || (isMoney(next) && !keepMoney) ? 1 : 0;
  take(slots, begin, at + length - begin + unit);
}

/** The "one" of "the first one" is no number. */
const REFERENCE = /^(?:first|second|third|last|this|that|which|other|cheapest|same)$/;

const freeNumbers = (slots: Slots): Quantity[] =>
  numbersIn(slots.words).filter(
    ({ at }) => isFree(slots, at) && !REFERENCE.test(slots.words[at - 1] ?? ""),
  );

/**
 * Assigns numbers to parameters by affinity, then the remaining ones to the required parameters in order.
 * @param keepMoney leaves "euros" for a parameter that takes the currency.
 */
export function quantities(
  slots: Slots,
  parameters: readonly Parameter[],
  keepMoney: boolean,
): Map<string, number> {
  const given = new Map<string, number>();
  const assign = (quantity: Quantity | undefined, parameter: Parameter): void => {
    if (quantity === undefined || given.has(parameter.name) || !isFree(slots, quantity.at)) return;
    given.set(parameter.name, converted(slots, quantity, parameter));
    consume(slots, quantity, keepMoney);
  };
  const pairs = freeNumbers(slots)
    .flatMap((quantity) => parameters.map((parameter) => ({ quantity, parameter })))
    .map((pair) => ({ ...pair, fit: affinity(slots, pair.quantity, pair.parameter) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
  for (const { quantity, parameter } of pairs) assign(quantity, parameter);
  for (const parameter of parameters)
    if (parameter.required) assign(freeNumbers(slots)[0], parameter);
  return given;
}

/** All numbers, for a parameter that is a list. Takes them. */
export const allNumbers = (slots: Slots, { kind }: Parameter): number[] =>
  freeNumbers(slots).map((quantity) => {
    consume(slots, quantity);
    return kind === "integer" ? Math.round(quantity.value) : quantity.value;
  });

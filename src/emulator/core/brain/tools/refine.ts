/** Refines the last search: "something cheaper", "what about red ones", "in blue". */
import type { FunctionCallStep, ReplyContext } from "../../ports.ts";
import { wordSet, wordsIn } from "../words/plain.ts";
import { stem } from "../words/stem.ts";
import { callsMade } from "./call-history.ts";
import { candidatesOf } from "./candidates.ts";
import { EMPTY } from "./lexicon.ts";
import { isNumeric, quantities } from "./quantities.ts";
import { itemsFound } from "./references.ts";
import type { Callable } from "./schema.ts";
import { searches } from "./search-fallback.ts";
import { isFree, slotsOf } from "./slots.ts";

const REFINES =
  /^(?:(?:no|stop|okay|ok|and|but|then|please|maybe|rather|hmm|well|wait|yes) )*(?:(?:(?:show me|find me|give me|do you have|have you got|i want|i would like|is there|are there) )?(?:something|anything|one|ones|it|some|others?|another one)\b|(?:what|how) about\b|(?:in|with|without|under|below|for (?:a|an|my|less)) \w+|(?:cheaper|smaller|bigger|larger)\b)/;

/** Belong to the request, not to the query. */
const ASIDE = wordSet(
  "something anything one ones show find give instead else another other others no stop please maybe rather cheaper less expensive",
);

const CHEAPER = /\b(?:cheaper|less expensive)\b/;

/** The price of the first item found as the highest price. */
function priceLimit({ parameters }: Callable, { history }: ReplyContext): Record<string, number> {
  const highest = parameters
    .filter(isNumeric)
    .find(({ name }) => /max.*(?:price|cost)|(?:price|cost).*max|budget/i.test(name));
  const price = Number(itemsFound(history)[0]?.["price"]);
  return highest === undefined || !Number.isFinite(price) ? {} : { [highest.name]: price };
}

/** @returns the search to repeat; undefined when the utterance refines nothing. */
export function refined(context: ReplyContext, raw: string): FunctionCallStep | undefined {
  const text = wordsIn(raw).join(" ");
  const last = REFINES.test(text) ? callsMade(context.history).at(-1) : undefined;
  const callable = candidatesOf(context).callables.find(({ name }) => name === last?.name);
  const main = callable?.parameters.find(
    ({ kind, choices }) => kind === "string" && choices.length === 0,
  );
  if (last === undefined || callable === undefined || main === undefined || !searches(callable))
    return undefined;
  const slots = slotsOf(raw, callable);
  const numbers = quantities(slots, callable.parameters.filter(isNumeric), false);
  const limit = CHEAPER.test(text) ? priceLimit(callable, context) : {};
  const cheaper = CHEAPER.test(text) && Object.keys(limit).length === 0 ? ["cheaper"] : [];
  const wish = slots.words.filter(
    (word, at) => isFree(slots, at) && !ASIDE.has(word) && !EMPTY.has(stem(word)),
  );
  const before = last.args?.[main.name];
  const query = [...(typeof before === "string" ? [before] : []), ...cheaper, ...wish];
  const args = { ...last.args, ...limit, ...Object.fromEntries(numbers) };
  return { name: callable.name, args: { ...args, [main.name]: query.join(" ") } };
}

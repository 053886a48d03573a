/** "Something cheaper", "what about red ones", "in blue": the last search again, with the new wish added. */
import type { FunctionCallStep, ReplyContext } from "../../ports.ts";
import { kitOf, spokenWords } from "./candidates.ts";
import { alike, EMPTY, LITTLE, parted } from "./lexicon.ts";
import { callsMade } from "./call-history.ts";
import { quantities } from "./quantities.ts";
import { thingsFound } from "./references.ts";
import type { Callable, Parameter } from "./schema.ts";
import { slotsOf, type Slots } from "./slots.ts";
import { stem } from "../words/stem.ts";

const REFINES =
  /^(?:(?:no|stop|okay|ok|and|but|then|please|maybe|rather|hmm|well|wait|yes) )*(?:(?:(?:show me|find me|give me|do you have|have you got|i want|i would like|is there|are there) )?(?:something|anything|one|ones|it|some|others?|another one)\b|(?:what|how) about\b|(?:in|with|without|under|below|for (?:a|an|my|less)) \w+|(?:cheaper|smaller|bigger|larger)\b)/;

/** Words of refining itself; what is left is the new wish. */
const ASIDE = new Set(
  "something anything one ones show find give instead else another other others no stop please maybe rather cheaper less expensive".split(
    " ",
  ),
);

const CHEAPER = /\b(?:cheaper|less expensive)\b/;

const isNumeric = ({ kind }: Parameter): boolean => kind === "number" || kind === "integer";

function wish(slots: Slots): string {
  const words = slots.words.filter(
    (word, at) => slots.used[at] !== true && !ASIDE.has(word) && !LITTLE.has(stem(word)),
  );
  return words.filter((word) => !EMPTY.has(stem(word))).join(" ");
}

/** Cheaper than the first thing that was found. */
function limit({ parameters }: Callable, scene: ReplyContext): Record<string, number> {
  const highest = parameters.find(
    (parameter) =>
      isNumeric(parameter) &&
      /max.*(?:price|cost)|(?:price|cost).*max|budget/i.test(parameter.name),
  );
  const price = Number(thingsFound(scene.history)[0]?.["price"]);
  return highest === undefined || !Number.isFinite(price) ? {} : { [highest.name]: price };
}

const searches = ({ name }: Callable): boolean =>
  parted(name).some((word) => alike(stem(word), "search"));

/** The search to make anew; undefined when the words refine nothing. */
export function refined(scene: ReplyContext, raw: string): FunctionCallStep | undefined {
  const text = spokenWords(raw).join(" ");
  const last = REFINES.test(text) ? callsMade(scene.history).at(-1) : undefined;
  const callable =
    last && kitOf(scene).callables.find((known) => known.name === last.name && searches(known));
  const main = callable?.parameters.find(
    ({ kind, choices }) => kind === "string" && choices.length === 0,
  );
  if (last === undefined || callable === undefined || main === undefined) return undefined;
  const slots = slotsOf(raw, callable);
  const numbers = Object.fromEntries(
    quantities(slots, callable.parameters.filter(isNumeric), false),
  );
  const cheaper = CHEAPER.test(text) ? limit(callable, scene) : {};
  const limited = Object.keys(cheaper).length > 0 || !CHEAPER.test(text);
  const added = [limited ? "" : "cheaper", wish(slots)].filter((part) => part !== "").join(" ");
  const before = last.args?.[main.name];
  const query = [typeof before === "string" ? before : "", added]
    .filter((part) => part !== "")
    .join(" ");
  return {
    name: callable.name,
    args: { ...last.args, ...cheaper, ...numbers, [main.name]: query },
  };
}

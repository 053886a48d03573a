/**
 * A sum in words, parsed by precedence.
 *
 *     sum     = product { (plus | minus) product }
 *     product = power { (times | divided by | modulo) power }
 *     power   = operand [ squared | cubed | to the power of operand ]
 *     operand = number | minus operand | number percent [of operand] | half of sum | square root of operand
 *             | add A and B | subtract A from B | multiply A by B | divide A by B | the sum of A and B
 */
import { inWords, numberAt } from "./numbers.ts";

export interface Expression {
  readonly value: number;
  /** As it is said back: "two plus two". */
  readonly spoken: string;
}

interface Parsed extends Expression {
  /** The index of the first word after it. */
  readonly end: number;
  /** How many operations it holds: a lone number is not a sum. */
  readonly operations: number;
}

type Words = readonly string[];

const starts = (words: Words, at: number, phrase: string): number => {
  const wanted = phrase.split(" ");
  return wanted.every((word, i) => words[at + i] === word) ? wanted.length : 0;
};

interface Operator {
  readonly phrases: readonly string[];
  readonly spoken: string;
  readonly apply: (a: number, b: number) => number;
}

const divide = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b);

const PLUS: Operator = {
  phrases: ["plus", "added to", "and then add"],
  spoken: "plus",
  apply: (a, b) => a + b,
};
const MINUS: Operator = {
  phrases: ["minus", "take away", "subtract", "less"],
  spoken: "minus",
  apply: (a, b) => a - b,
};
const TIMES: Operator = {
  phrases: ["times", "multiplied by", "multiplied with", "multiply by", "x"],
  spoken: "times",
  apply: (a, b) => a * b,
};
const DIVIDED: Operator = {
  phrases: ["divided by", "divide by", "over"],
  spoken: "divided by",
  apply: divide,
};
const MODULO: Operator = {
  phrases: ["modulo", "mod"],
  spoken: "modulo",
  apply: (a, b) => (b === 0 ? Number.NaN : a - b * Math.floor(a / b)),
};

function operatorAt(
  words: Words,
  at: number,
  operators: readonly Operator[],
): { operator: Operator; length: number } | undefined {
  for (const operator of operators)
    for (const phrase of operator.phrases) {
      const length = starts(words, at, phrase);
      if (length > 0) return { operator, length };
    }
  return undefined;
}

type Parser = (words: Words, at: number) => Parsed | undefined;

/** One level of precedence, left to right. */
function level(operators: readonly Operator[], next: Parser): Parser {
  return (words, at) => {
    let left = next(words, at);
    while (left !== undefined) {
      const found = operatorAt(words, left.end, operators);
      const right = found && next(words, left.end + found.length);
      if (found === undefined || right === undefined) return left;
      left = {
        value: found.operator.apply(left.value, right.value),
        spoken: `${left.spoken} ${found.operator.spoken} ${right.spoken}`,
        end: right.end,
        operations: left.operations + right.operations + 1,
      };
    }
    return left;
  };
}

/** "add A and B" and its like: two operands with a word between them. */
interface Command {
  readonly lead: readonly string[];
  readonly joint: readonly string[];
  readonly operator: Operator;
  /** "subtract 8 from 20" names the second operand first. */
  readonly swapped?: boolean;
}

const COMMANDS: readonly Command[] = [
  { lead: ["add", "the sum of", "sum of"], joint: ["and", "to", "plus", "with"], operator: PLUS },
  { lead: ["subtract", "take"], joint: ["from", "away from"], operator: MINUS, swapped: true },
  { lead: ["the difference between", "difference between"], joint: ["and"], operator: MINUS },
  {
    lead: ["multiply", "the product of", "product of"],
    joint: ["by", "with", "and", "times"],
    operator: TIMES,
  },
  { lead: ["divide"], joint: ["by"], operator: DIVIDED },
];

const phraseAt = (words: Words, at: number, phrases: readonly string[]): number =>
  Math.max(0, ...phrases.map((phrase) => starts(words, at, phrase)));

const command: Parser = (words, at) => {
  for (const { lead, joint, operator, swapped } of COMMANDS) {
    const length = phraseAt(words, at, lead);
    const first = length > 0 ? power(words, at + length) : undefined;
    const between = first === undefined ? 0 : phraseAt(words, first.end, joint);
    const second = first && between > 0 ? power(words, first.end + between) : undefined;
    if (first === undefined || second === undefined) continue;
    const [a, b] = swapped === true ? [second, first] : [first, second];
    return {
      value: operator.apply(a.value, b.value),
      spoken: `${a.spoken} ${operator.spoken} ${b.spoken}`,
      end: second.end,
      operations: a.operations + b.operations + 1,
    };
  }
  return undefined;
};

/** Words that stand before their operand. */
const PREFIXES: readonly { phrases: string[]; spoken: string; apply: (x: number) => number }[] = [
  { phrases: ["minus", "negative"], spoken: "minus", apply: (x) => -x },
  {
    phrases: ["half of", "half", "a half of", "one half of"],
    spoken: "half of",
    apply: (x) => x / 2,
  },
  { phrases: ["a third of", "one third of"], spoken: "a third of", apply: (x) => x / 3 },
  { phrases: ["two thirds of"], spoken: "two thirds of", apply: (x) => (x * 2) / 3 },
  { phrases: ["three quarters of"], spoken: "three quarters of", apply: (x) => (x * 3) / 4 },
  { phrases: ["a quarter of", "one quarter of"], spoken: "a quarter of", apply: (x) => x / 4 },
  { phrases: ["double", "twice"], spoken: "twice", apply: (x) => x * 2 },
  { phrases: ["triple"], spoken: "three times", apply: (x) => x * 3 },
  {
    phrases: ["the square root of", "square root of"],
    spoken: "the square root of",
    apply: (x) => (x < 0 ? Number.NaN : Math.sqrt(x)),
  },
];

const prefixed: Parser = (words, at) => {
  for (const { phrases, spoken, apply } of PREFIXES) {
    const length = phraseAt(words, at, phrases);
    const inner = length > 0 ? power(words, at + length) : undefined;
    if (inner === undefined) continue;
    const counts = spoken === "minus" ? 0 : 1;
    return {
      value: apply(inner.value),
      spoken: `${spoken} ${inner.spoken}`,
      end: inner.end,
      operations: inner.operations + counts,
    };
  }
  return undefined;
};

const operand: Parser = (words, at) => {
  const special = command(words, at) ?? prefixed(words, at);
  if (special !== undefined) return special;
  const number = numberAt(words, at, { homophones: true });
  if (number === undefined) return undefined;
  const end = at + number.length;
  const bare = { value: number.value, spoken: inWords(number.value), end, operations: 0 };
  if (words[end] !== "percent") return bare;
  const share = { ...bare, value: number.value / 100, spoken: `${bare.spoken} percent` };
  const whole = words[end + 1] === "of" ? power(words, end + 2) : undefined;
  if (whole === undefined) return { ...share, end: end + 1 };
  return {
    value: share.value * whole.value,
    spoken: `${share.spoken} of ${whole.spoken}`,
    end: whole.end,
    operations: whole.operations + 1,
  };
};

function power(words: Words, at: number): Parsed | undefined {
  const base = operand(words, at);
  if (base === undefined) return undefined;
  const { end } = base;
  const raised = (by: number, spoken: string, length: number): Parsed => ({
    value: base.value ** by,
    spoken: `${base.spoken} ${spoken}`,
    end: end + length,
    operations: base.operations + 1,
  });
  if (words[end] === "squared") return raised(2, "squared", 1);
  if (words[end] === "cubed") return raised(3, "cubed", 1);
  const lead = phraseAt(words, end, ["to the power of", "raised to the power of"]);
  const by = lead > 0 ? operand(words, end + lead) : undefined;
  return by ? raised(by.value, `to the power of ${by.spoken}`, by.end - end) : base;
}

const sum = level([PLUS, MINUS], level([TIMES, DIVIDED, MODULO], power));

/** Words that may stand around a sum in a question without being part of it. */
const BEFORE = new Set(
  "hey hi hello ok okay so and now please can could you would tell me do know what is are how much calculate compute work out the result answer to of does get if i want like solve um uh well then but".split(
    " ",
  ),
);
const AFTER = new Set(
  "please is equal equals make makes thanks thank you now for me get give then sir exactly again to come".split(
    " ",
  ),
);

/** The sum that the words ask for: everything else in them must be mere asking. */
export function expressionIn(words: Words): Expression | undefined {
  for (let at = 0; at < words.length; at++) {
    const found = sum(words, at);
    if (found && found.operations > 0 && words.slice(found.end).every((word) => AFTER.has(word)))
      return found;
    if (!BEFORE.has(words[at] ?? "")) return undefined;
  }
  return undefined;
}

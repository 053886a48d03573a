/**
 * A sum in words, parsed by precedence.
 *
 *     sum     = product { (plus | minus) product }
 *     product = power { (times | divided by | modulo) power }
 *     power   = operand [ squared | cubed | to the power of operand ]
 *     operand = number | minus operand | number percent [of operand] | half of sum | square root of operand
 *             | add A and B | subtract A from B | multiply A by B | divide A by B | the sum of A and B
 */
import {
  COMMANDS,
  DIVIDED,
  MINUS,
  MODULO,
  PLUS,
  PREFIXES,
  TIMES,
  type Operator,
} from "./operators.ts";
import { inWords, numberAt } from "./numbers.ts";

export interface Expression {
  readonly value: number;
  /** As it is said back: "two plus two". */
  readonly spoken: string;
  /** As Python writes it. */
  readonly code: string;
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
        code: `${left.code} ${found.operator.sign} ${right.code}`,
        end: right.end,
        operations: left.operations + right.operations + 1,
      };
    }
    return left;
  };
}

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
      code: `(${a.code} ${operator.sign} ${b.code})`,
      end: second.end,
      operations: a.operations + b.operations + 1,
    };
  }
  return undefined;
};

const prefixed: Parser = (words, at) => {
  for (const { phrases, spoken, apply, code } of PREFIXES) {
    const length = phraseAt(words, at, phrases);
    const inner = length > 0 ? power(words, at + length) : undefined;
    if (inner === undefined) continue;
    const counts = spoken === "minus" ? 0 : 1;
    return {
      value: apply(inner.value),
      spoken: `${spoken} ${inner.spoken}`,
      code: code(inner.code),
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
  const { value } = number;
  const bare = { value, spoken: inWords(value), code: String(value), end, operations: 0 };
  if (words[end] !== "percent") return bare;
  const code = `${value} / 100`;
  const share = { ...bare, value: value / 100, spoken: `${bare.spoken} percent`, code };
  const whole = words[end + 1] === "of" ? power(words, end + 2) : undefined;
  if (whole === undefined) return { ...share, end: end + 1 };
  return {
    value: share.value * whole.value,
    spoken: `${share.spoken} of ${whole.spoken}`,
    code: `${share.code} * ${whole.code}`,
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
    code: `${base.code} ** ${by}`,
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

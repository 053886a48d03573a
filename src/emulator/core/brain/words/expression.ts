/**
 * Arithmetic in English: the words become an expression that jsep parses, and the tree is evaluated.
 *
 *     "what is half of twenty plus two" → "0 half 20 + 2" → 12
 *
 * All operations are binary: a prefix has a 0 to its left, a suffix a 0 to its right.
 */
import jsep from "jsep";
import { HOMOPHONES, inWords, tokensOf } from "./numbers.ts";
import { wordSet } from "./plain.ts";

interface Expression {
  /** NaN when undefined, as for a division by zero. */
  readonly value: number;
  /** "two plus two". */
  readonly spoken: string;
  /** In Python. */
  readonly code: string;
}

/** Operator, precedence, phrases, spoken form, Python, value. */
type Row = readonly [string, number, string, string, string, (a: number, b: number) => number];

/** The precedence of prefixes, which are right-associative. */
const PREFIX = 11;

/** In the order of replacement: a phrase that contains another comes first. */
const ROWS: readonly Row[] = [
  ["root", 11, "(?:the )?square root of", "the square root of B", "(B) ** 0.5", (_, b) => b ** 0.5],
  ["power", 12, "(?:raised )?to the power of", "A to the power of B", "A ** B", (a, b) => a ** b],
  ["squared", 13, "squared", "A squared", "A ** 2", (a) => a ** 2],
  ["cubed", 13, "cubed", "A cubed", "A ** 3", (a) => a ** 3],
  ["half", 11, "(?:a |1 )?half(?: of)?", "half of B", "(B / 2)", (_, b) => b / 2],
  ["third", 11, "(?:a|1) third of", "a third of B", "(B / 3)", (_, b) => b / 3],
  ["thirds", 11, "2 thirds of", "two thirds of B", "(B * 2 / 3)", (_, b) => (b * 2) / 3],
  ["quarter", 11, "(?:a|1) quarter of", "a quarter of B", "(B / 4)", (_, b) => b / 4],
  ["quarters", 11, "3 quarters of", "three quarters of B", "(B * 3 / 4)", (_, b) => b * 0.75],
  ["twice", 11, "double|twice", "twice B", "(2 * B)", (_, b) => b * 2],
  ["triple", 11, "triple", "three times B", "(3 * B)", (_, b) => b * 3],
  ["percent", 13, "percent", "A percent", "A / 100", (a) => a / 100],
  ["of", 11, "of", "A of B", "A * B", (a, b) => a * b],
  ["+", 9, "plus|pluss|plush|added to|and then add", "A plus B", "A + B", (a, b) => a + b],
  ["-", 9, "minus|minors|negative|take away|subtract|less", "A minus B", "A - B", (a, b) => a - b],
  [
    "*",
    10,
    "times|tines|multiplied (?:by|with)|multiply by|x",
    "A times B",
    "A * B",
    (a, b) => a * b,
  ],
  [
    "/",
    10,
    "(?:de|di)vided? (?:by|bye|buy)|over",
    "A divided by B",
    "A / B",
    (a, b) => (b === 0 ? NaN : a / b),
  ],
  ["%", 10, "modulo|mod", "A modulo B", "A % B", (a, b) => a - b * Math.floor(a / b)],
];

const OPERATORS = new Map(ROWS.map((row) => [row[0], row]));
for (const [operator, precedence] of ROWS)
  jsep.addBinaryOp(operator, precedence, precedence === PREFIX);

/** Verbs that precede both operands, rewritten with an operator between them. */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/ (?:add|(?:the )?sum of) ((?:minus )?\S+) (?:and|to|plus|with)(?= )/, " $1 plus"],
  [/ (?:subtract|take) (\S+) (?:away )?from ((?:minus )?\S+)/, " $2 minus $1"],
  [/ (?:the )?difference between (\S+) and(?= )/, " $1 minus"],
  [/ (?:multiply|(?:the )?product of) (\S+) (?:by|with|and|times)(?= )/, " $1 times"],
  [/ divide (\S+) by(?= )/, " $1 divided by"],
];

const REWRITES: readonly (readonly [RegExp, string])[] = [
  ...VERBS,
  ...ROWS.map(([operator, , phrases, spoken]): [RegExp, string] => [
    new RegExp(` (?:${phrases})(?= )`, "g"),
    ` ${[!/A|minus/.test(spoken) && "0", operator, !spoken.includes("B") && "0"].filter(Boolean).join(" ")}`,
  ]),
];

/** Words that may surround the expression in a question; "in", "it", "as" and "its" are "is" as the ears hear it. */
const BEFORE = wordSet(
  "in it as its oh wot watt " +
    "hey hi hello ok okay so and now please can could you would tell me do know what is are how much calculate compute work out the result answer to get if i want like solve um uh well then but a does of",
);
const AFTER = wordSet(
  "please is equal equals make makes thanks thank you now for me get give then sir exactly again to come",
);

/** "for" beside an operator is 4. */
const withHomophones = (tokens: readonly string[]): string[] =>
  tokens.map((token, at) => {
    const number = HOMOPHONES.get(token);
    const besides = OPERATORS.has(tokens[at - 1] ?? "") || OPERATORS.has(tokens[at + 1] ?? "");
    return number !== undefined && besides ? String(number) : token;
  });

function evaluate(tree: jsep.Expression): Expression {
  if (tree.type === "Literal") {
    const value = Number(tree["value"]);
    return { value, spoken: inWords(value), code: String(value) };
  }
  if (tree.type === "UnaryExpression") {
    const { value, spoken, code } = evaluate(tree["argument"] as jsep.Expression);
    return { value: -value, spoken: `minus ${spoken}`, code: `-${code}` };
  }
  const row = OPERATORS.get(tree["operator"] as string);
  if (row === undefined) throw new Error(`${tree.type} is not arithmetic`);
  const [a, b] = [tree["left"], tree["right"]].map((side) => evaluate(side as jsep.Expression));
  const filled = (template: string, key: "spoken" | "code"): string =>
    template.replace(/\b[AB]\b/g, (side) => (side === "A" ? a : b)?.[key] ?? "");
  return {
    value: row[5](a?.value ?? NaN, b?.value ?? NaN),
    spoken: filled(row[3], "spoken"),
    code: filled(row[4], "code"),
  };
}

/** The expression in a question that consists of it and of polite words only. */
export function expressionIn(words: readonly string[]): Expression | undefined {
  const digits = ` ${tokensOf(words)
    .map(({ text }) => text)
    .join(" ")} `;
  const source = REWRITES.reduce((text, [from, to]) => text.replace(from, to), digits);
  const tokens = withHomophones(source.trim().split(" "));
  const begin = tokens.findIndex((token) => !BEFORE.has(token));
  const end = tokens.findLastIndex((token) => !AFTER.has(token)) + 1;
  const rest = tokens.slice(begin, end);
  const operators = rest.filter((token) => OPERATORS.has(token));
  const numeric = rest.every((token) => OPERATORS.has(token) || Number.isFinite(Number(token)));
  if (!numeric || operators.every((operator) => operator === "percent")) return undefined;
  try {
    return evaluate(jsep(rest.join(" ")));
  } catch {
    return undefined;
  }
}

/** The operations of a sum: how they are said, written and worked out. */

export interface Operator {
  readonly phrases: readonly string[];
  readonly spoken: string;
  readonly sign: string;
  readonly apply: (a: number, b: number) => number;
}

const divide = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b);

export const PLUS: Operator = {
  phrases: ["plus", "added to", "and then add"],
  spoken: "plus",
  sign: "+",
  apply: (a, b) => a + b,
};
export const MINUS: Operator = {
  phrases: ["minus", "take away", "subtract", "less"],
  spoken: "minus",
  sign: "-",
  apply: (a, b) => a - b,
};
export const TIMES: Operator = {
  phrases: ["times", "multiplied by", "multiplied with", "multiply by", "x"],
  spoken: "times",
  sign: "*",
  apply: (a, b) => a * b,
};
export const DIVIDED: Operator = {
  phrases: ["divided by", "divide by", "over"],
  spoken: "divided by",
  sign: "/",
  apply: divide,
};
export const MODULO: Operator = {
  phrases: ["modulo", "mod"],
  spoken: "modulo",
  sign: "%",
  apply: (a, b) => (b === 0 ? Number.NaN : a - b * Math.floor(a / b)),
};

/** "add A and B" and its like: two operands with a word between them. */
export interface Command {
  readonly lead: readonly string[];
  readonly joint: readonly string[];
  readonly operator: Operator;
  /** "subtract 8 from 20" names the second operand first. */
  readonly swapped?: boolean;
}

export const COMMANDS: readonly Command[] = [
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

/** Words that stand before their operand. */
export const PREFIXES: readonly {
  readonly phrases: readonly string[];
  readonly spoken: string;
  readonly apply: (x: number) => number;
  readonly code: (x: string) => string;
}[] = [
  { phrases: ["minus", "negative"], spoken: "minus", apply: (x) => -x, code: (x) => `-${x}` },
  {
    phrases: ["half of", "half", "a half of", "one half of"],
    spoken: "half of",
    apply: (x) => x / 2,
    code: (x) => `(${x} / 2)`,
  },
  {
    phrases: ["a third of", "one third of"],
    spoken: "a third of",
    apply: (x) => x / 3,
    code: (x) => `(${x} / 3)`,
  },
  {
    phrases: ["two thirds of"],
    spoken: "two thirds of",
    apply: (x) => (x * 2) / 3,
    code: (x) => `(${x} * 2 / 3)`,
  },
  {
    phrases: ["three quarters of"],
    spoken: "three quarters of",
    apply: (x) => (x * 3) / 4,
    code: (x) => `(${x} * 3 / 4)`,
  },
  {
    phrases: ["a quarter of", "one quarter of"],
    spoken: "a quarter of",
    apply: (x) => x / 4,
    code: (x) => `(${x} / 4)`,
  },
  { phrases: ["double", "twice"], spoken: "twice", apply: (x) => x * 2, code: (x) => `(2 * ${x})` },
  { phrases: ["triple"], spoken: "three times", apply: (x) => x * 3, code: (x) => `(3 * ${x})` },
  {
    phrases: ["the square root of", "square root of"],
    spoken: "the square root of",
    apply: (x) => (x < 0 ? Number.NaN : Math.sqrt(x)),
    code: (x) => `(${x}) ** 0.5`,
  },
];

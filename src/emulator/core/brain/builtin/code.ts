/** Emulates code execution for sums and sequences: the code as parts, the answer spoken. No Python runs. */
import type { Part } from "@google/genai";
import { inWords, numbersIn } from "../words/numbers.ts";
import { expressionIn } from "../words/expression.ts";
import { say, type Skill, type Utterance } from "../utterance.ts";

interface Program {
  readonly code: string;
  readonly output: string;
  readonly spoken: string;
}

/** Beyond it a factorial is no longer an exact number here, and Python's would differ. */
const FACTORIAL = 18;

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

const isPrime = (n: number): boolean =>
  range(2, Math.floor(Math.sqrt(n))).every((d) => n % d !== 0);

function fibonacci(count: number): number[] {
  const list = [0, 1];
  while (list.length < count) list.push((list.at(-1) ?? 0) + (list.at(-2) ?? 0));
  return list.slice(0, count);
}

/** @param n at least 1. */
const PROGRAMS: readonly (readonly [RegExp, (n: number) => Program | undefined])[] = [
  [
    /\bfactorial\b/,
    (n) => {
      if (n > FACTORIAL) return undefined;
      const value = range(1, n).reduce((product, factor) => product * factor, 1);
      const spoken = `The factorial of ${inWords(n)} is ${inWords(value)}.`;
      const code = `import math\nprint(math.factorial(${n}))`;
      return { code, output: `${value}`, spoken };
    },
  ],
  [
    /\bprimes?\b/,
    (n) => {
      const most = Math.min(n, 100);
      const list = range(2, most).filter(isPrime).join(", ");
      const code = `print([n for n in range(2, ${most + 1}) if all(n % d for d in range(2, n))])`;
      return {
        code,
        output: `[${list}]`,
        spoken: `The primes up to ${inWords(most)} are ${list}.`,
      };
    },
  ],
  [
    /\bfibonacci\b/,
    (n) => {
      const list = fibonacci(Math.min(n, 30));
      const code = `a, b = 0, 1\nfor _ in range(${list.length}):\n    print(a)\n    a, b = b, a + b`;
      const spoken = `The first ${inWords(list.length)} Fibonacci numbers are ${list.join(", ")}.`;
      return { code, output: list.join("\n"), spoken };
    },
  ],
  [
    /\bsum of\b.*\b(?:first|numbers from one|numbers from 1|integers)\b/,
    (n) => {
      const sum = (n * (n + 1)) / 2;
      const spoken = `The sum of the numbers from one to ${inWords(n)} is ${inWords(sum)}.`;
      return { code: `print(sum(range(1, ${n + 1})))`, output: `${sum}`, spoken };
    },
  ],
];

function programFor({ text, words }: Utterance): Program | undefined {
  const number = Math.max(1, Math.round(numbersIn(words).at(-1)?.value ?? 10));
  const named = PROGRAMS.find(([pattern]) => pattern.test(text))?.[1](number);
  const sum = named === undefined ? expressionIn(words) : undefined;
  if (sum === undefined || !Number.isFinite(sum.value)) return named;
  const spoken = `I ran it: ${sum.spoken} is ${inWords(sum.value)}.`;
  return { code: `print(${sum.code})`, output: `${sum.value}`, spoken };
}

export const codeRun: Skill = (utterance) => {
  const program = utterance.context.tools.codeExecution ? programFor(utterance) : undefined;
  if (program === undefined) return undefined;
  const { code, output, spoken } = program;
  const run = { executableCode: { language: "PYTHON", code } } as Part;
  const result = { codeExecutionResult: { outcome: "OUTCOME_OK", output: `${output}\n` } } as Part;
  return [{ part: run }, { part: result }, ...say(spoken)];
};

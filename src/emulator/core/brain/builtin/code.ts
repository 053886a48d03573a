/** Runs sums as code, when the session may execute code: the parts a client sees, and the answer spoken. */
import type { Part } from "@google/genai";
import type { Step } from "../../ports.ts";
import { inWords, numbersIn } from "../words/numbers.ts";
import { expressionIn } from "../words/expression.ts";
import { say, type Skill, type Utterance } from "../utterance.ts";

interface Program {
  readonly code: string;
  readonly output: string;
  readonly spoken: string;
}

/** Beyond it an integer is no longer exact here, so Python's answer would differ. */
const FACTORIAL = 18;
const LIST = 100;

const isPrime = (n: number): boolean => {
  if (n < 2) return false;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
};

const primes = (most: number): number[] =>
  Array.from({ length: Math.max(0, most - 1) }, (_, i) => i + 2).filter(isPrime);

function fibonacci(count: number): number[] {
  const list = [0, 1];
  while (list.length < count) list.push((list.at(-1) ?? 0) + (list.at(-2) ?? 0));
  return list.slice(0, count);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

type Writer = (number: number) => Program | undefined;

const WRITERS: readonly (readonly [RegExp, Writer])[] = [
  [
    /\bfactorial\b/,
    (n) =>
      n > FACTORIAL
        ? undefined
        : {
            code: `import math\nprint(math.factorial(${n}))`,
            output: `${factorial(n)}\n`,
            spoken: `The factorial of ${inWords(n)} is ${inWords(factorial(n))}.`,
          },
  ],
  [
    /\bprimes?\b/,
    (n) => {
      const list = primes(Math.min(n, LIST));
      return {
        code: `print([n for n in range(2, ${Math.min(n, LIST) + 1}) if all(n % d for d in range(2, n))])`,
        output: `[${list.join(", ")}]\n`,
        spoken: `The primes up to ${inWords(Math.min(n, LIST))} are ${list.join(", ")}.`,
      };
    },
  ],
  [
    /\bfibonacci\b/,
    (n) => {
      const list = fibonacci(Math.max(1, Math.min(n, 30)));
      return {
        code: `a, b = 0, 1\nfor _ in range(${list.length}):\n    print(a)\n    a, b = b, a + b`,
        output: `${list.join("\n")}\n`,
        spoken: `The first ${inWords(list.length)} Fibonacci numbers are ${list.join(", ")}.`,
      };
    },
  ],
  [
    /\bsum of\b.*\b(?:first|numbers from one|numbers from 1|integers)\b/,
    (n) => ({
      code: `print(sum(range(1, ${n + 1})))`,
      output: `${(n * (n + 1)) / 2}\n`,
      spoken: `The sum of the numbers from one to ${inWords(n)} is ${inWords((n * (n + 1)) / 2)}.`,
    }),
  ],
];

function named({ text, words }: Utterance): Program | undefined {
  const number = numbersIn(words).at(-1)?.value ?? 10;
  const whole = Math.max(1, Math.round(number));
  return WRITERS.find(([pattern]) => pattern.test(text))?.[1](whole);
}

function sum({ words }: Utterance): Program | undefined {
  const found = expressionIn(words);
  if (found === undefined || !Number.isFinite(found.value)) return undefined;
  return {
    code: `print(${found.code})`,
    output: `${found.value}\n`,
    spoken: `I ran it: ${found.spoken} is ${inWords(found.value)}.`,
  };
}

function steps({ code, output, spoken }: Program): readonly Step[] {
  const run = { executableCode: { language: "PYTHON", code } } as Part;
  const result = { codeExecutionResult: { outcome: "OUTCOME_OK", output } } as Part;
  return [{ part: run }, { part: result }, ...say(spoken)];
}

/** The output is worked out here; no Python runs. */
export const codeRun: Skill = (said) => {
  if (!said.scene.tools.codeExecution) return undefined;
  const program = named(said) ?? sum(said);
  return program && steps(program);
};

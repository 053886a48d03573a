/** Evaluates an arithmetic expression: "Two plus two is four." */
import { capitalised } from "../words/plain.ts";
import { inWords, rounded } from "../words/numbers.ts";
import { expressionIn } from "../words/expression.ts";
import { say, type Skill } from "../utterance.ts";

const noAnswer = (spoken: string): string =>
  spoken.includes("root")
    ? "A number below zero has no square root that I could say."
    : "Nobody can divide by zero, and I will not try.";

/** Two decimal places, except where they would be zero. */
const approximate = (value: number): number =>
  Math.abs(value) < 1 ? value : Number(value.toFixed(2));

export const arithmetic: Skill = ({ words }) => {
  const found = expressionIn(words);
  if (found === undefined) return undefined;
  const { value, spoken } = found;
  if (Number.isNaN(value)) return say(noAnswer(spoken));
  if (!Number.isFinite(value)) return say("That is too big for me to say.");
  const exact = rounded(value) === value || Math.abs(value) >= 1e15;
  const result = exact ? inWords(value) : `about ${inWords(approximate(value))}`;
  return say(`${capitalised(spoken)} is ${result}.`);
};

/** Sums: finds an expression that fills the whole question, and says the result in words. */
import { capitalised } from "../words/plain.ts";
import { inWords, rounded } from "../words/numbers.ts";
import { expressionIn } from "../words/expression.ts";
import { say, type Skill } from "../utterance.ts";

const noAnswer = (spoken: string): string =>
  spoken.includes("root")
    ? "A number below zero has no square root that I could say."
    : "Nobody can divide by zero, and I will not try.";

/** Two places are enough for the ear, unless they would leave nothing. */
const approximate = (value: number): number =>
  Math.abs(value) < 1 ? value : Number(value.toFixed(2));

/** "Two plus two is four." Sentences that merely hold numbers are not sums. */
export const arithmetic: Skill = ({ words }) => {
  const found = expressionIn(words);
  if (found === undefined) return undefined;
  if (Number.isNaN(found.value)) return say(noAnswer(found.spoken));
  if (!Number.isFinite(found.value)) return say("That is too big for me to say.");
  const exact = rounded(found.value) === found.value || Math.abs(found.value) >= 1e15;
  const result = exact
    ? `is ${inWords(found.value)}`
    : `is about ${inWords(approximate(found.value))}`;
  return say(`${capitalised(found.spoken)} ${result}.`);
};

/** How well a function fits an utterance: by the stems of its name, description, choices and parameters. */
import { wordsIn } from "../words/plain.ts";
import { stems } from "../words/stem.ts";
import { agreement, alike, EMPTY, GENERIC, meaning, parted, WEAK } from "./lexicon.ts";
import type { Callable, Parameter } from "./schema.ts";

/** Points of one matching word; a weak word scores half of them. */
const WORTH = {
  name: 3,
  nameAlike: 2,
  choice: 2,
  description: 1.25,
  descriptionAlike: 0.75,
  parameter: 0.75,
};
/** Points of a completely covered name. */
const COVERED = 1.5;
/** Points of "on" for a name that contains "on". */
const AGREED = 0.5;

/** The thresholds of a request, of a request that no skill understood, and of a statement. */
export const ENOUGH = 3;
export const ENOUGH_AT_LAST = 2;
export const ENOUGH_FOR_STATEMENT = 5;

export interface Profile {
  readonly callable: Callable;
  readonly name: readonly string[];
  /** All words of the name, as declared. */
  readonly words: readonly string[];
  readonly description: readonly string[];
  readonly choices: readonly (readonly string[])[];
  readonly parameters: readonly string[];
}

const flattened = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.flatMap((parameter) => [
    parameter,
    ...flattened([...parameter.properties, ...(parameter.items ? [parameter.items] : [])]),
  ]);

const meaningful = (words: readonly string[]): string[] =>
  meaning(words).filter((word) => !GENERIC.has(word));

export function profileOf(callable: Callable): Profile {
  const all = flattened(callable.parameters);
  const words = parted(callable.name);
  return {
    callable,
    name: meaningful(words),
    words,
    description: meaningful(wordsIn(callable.description)),
    choices: all.flatMap(({ choices }) => choices.map((choice) => stems(parted(choice)))),
    parameters: meaningful(
      all.flatMap(({ name, description }) => [...parted(name), ...wordsIn(description)]),
    ),
  };
}

/** All stems of a choice follow one another in the utterance. */
const contains = (spoken: readonly string[], choice: readonly string[]): boolean =>
  choice.length > 0 && spoken.some((_, at) => choice.every((word, i) => spoken[at + i] === word));

function worthOf(word: string, profile: Profile, chosen: readonly string[]): number {
  const { name, description, parameters } = profile;
  const likely = (words: readonly string[]): boolean => words.some((other) => alike(word, other));
  if (name.includes(word)) return WORTH.name;
  if (chosen.includes(word)) return WORTH.choice;
  if (likely(name)) return WORTH.nameAlike;
  if (description.includes(word)) return WORTH.description;
  if (likely(description)) return WORTH.descriptionAlike;
  return likely(parameters) ? WORTH.parameter : 0;
}

const weightOf = (word: string): number => (WEAK.has(word) ? 0.5 : 1);

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** @returns 0 when the utterance says the opposite, as "off" for a function that turns on. */
export function score(words: readonly string[], profile: Profile): number {
  const agreed = agreement(words, profile.words);
  if (agreed < 0) return 0;
  const spoken = stems(words);
  const content = [...new Set(spoken.filter((word) => !EMPTY.has(word)))];
  const chosen = profile.choices.filter((choice) => contains(spoken, choice)).flat();
  const hits = content.map((word) => worthOf(word, profile, chosen) * weightOf(word));
  const covered = profile.name.filter((word) => content.some((other) => alike(word, other)));
  const share = sum(covered.map(weightOf)) / (sum(profile.name.map(weightOf)) || 1);
  return sum(hits) + share * COVERED + agreed * AGREED;
}

const STATEMENT =
  /^(?:well |so |and |but |yes |no |oh )*(?:i|he|she|they|we|it|my|his|her|their|our|there|this|that|these|those|the|you|yesterday|last)\b/;

const REQUEST =
  /\b(?:please|i (?:want|need|would (?:like|love)|wish)|i am (?:looking|searching|trying)|i have to|we (?:want|need)|can you|could you|would you|will you)\b/;

/** "I need a table for two" is a request, "my brother works in the kitchen" is not. */
export const isRequest = (text: string): boolean => !STATEMENT.test(text) || REQUEST.test(text);

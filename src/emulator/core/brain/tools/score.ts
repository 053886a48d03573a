/** How well a function fits what was said: by the stems of its name, description, choices and parameters. */
import { plain } from "../words/plain.ts";
import { stems } from "../words/stem.ts";
import { agreement, alike, EMPTY, GENERIC, meaning, parted, WEAK } from "./lexicon.ts";
import type { Callable, Parameter } from "./schema.ts";

/** What a hit of one word is worth; a weak word counts half of it. */
const WORTH = {
  name: 3,
  nameAlike: 2,
  choice: 2,
  description: 1.25,
  descriptionAlike: 0.75,
  parameter: 0.75,
};
/** What a wholly covered name adds. */
const COVERED = 1.5;
/** What "on" adds to a name that says "on". */
const AGREED = 0.5;

/** A request needs this much… */
export const ENOUGH = 3;
/** …this much when no skill knows an answer… */
export const ENOUGH_AT_LAST = 2;
/** …and a statement this much, for most talk is not a command. */
export const ENOUGH_FOR_STATEMENT = 5;

export interface Profile {
  readonly callable: Callable;
  readonly name: readonly string[];
  /** All words of the name, as declared. */
  readonly words: readonly string[];
  readonly description: ReadonlySet<string>;
  readonly choices: readonly (readonly string[])[];
  readonly parameters: ReadonlySet<string>;
}

const flattened = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.flatMap((parameter) => [
    parameter,
    ...flattened(parameter.properties),
    ...(parameter.items === undefined ? [] : flattened([parameter.items])),
  ]);

const words = (text: string): string[] => plain(text).toLowerCase().split(" ");

const meaningful = (list: readonly string[]): string[] =>
  meaning(list).filter((word) => !GENERIC.has(word));

export function profileOf(callable: Callable): Profile {
  const all = flattened(callable.parameters);
  return {
    callable,
    name: meaningful(parted(callable.name)),
    words: parted(callable.name),
    description: new Set(meaningful(words(callable.description))),
    choices: all.flatMap(({ choices }) => choices.map((choice) => stems(parted(choice)))),
    parameters: new Set(
      meaningful(all.flatMap(({ name, description }) => [...parted(name), ...words(description)])),
    ),
  };
}

/** Whether all stems of a choice follow one another in what was said. */
const holds = (said: readonly string[], choice: readonly string[]): boolean =>
  choice.length > 0 && said.some((_, at) => choice.every((word, i) => said[at + i] === word));

function worthOf(word: string, profile: Profile, chosen: ReadonlySet<string>): number {
  const { name, description, parameters } = profile;
  const likely = (list: Iterable<string>): boolean => [...list].some((other) => alike(word, other));
  if (name.includes(word)) return WORTH.name;
  if (chosen.has(word)) return WORTH.choice;
  if (likely(name)) return WORTH.nameAlike;
  if (description.has(word)) return WORTH.description;
  if (likely(description)) return WORTH.descriptionAlike;
  return parameters.has(word) || likely(parameters) ? WORTH.parameter : 0;
}

/** How much of a name some of its words make up; "create" says less than "reminder". */
const weight = (name: readonly string[]): number =>
  name.reduce((sum, word) => sum + (WEAK.has(word) ? 0.5 : 1), 0);

/** 0 for an order turned around: "off" never turns on. @param words what was said, in lower case and in order. */
export function score(words: readonly string[], profile: Profile): number {
  const agreed = agreement(words, profile.words);
  if (agreed < 0) return 0;
  const said = stems(words);
  const content = [...new Set(said.filter((word) => !EMPTY.has(word)))];
  const chosen = new Set(profile.choices.filter((choice) => holds(said, choice)).flat());
  const hits = content.map((word) => worthOf(word, profile, chosen) * (WEAK.has(word) ? 0.5 : 1));
  const covered = profile.name.filter((word) => content.some((other) => alike(word, other)));
  const share = profile.name.length === 0 ? 0 : weight(covered) / weight(profile.name);
  return hits.reduce((sum, hit) => sum + hit, 0) + share * COVERED + agreed * AGREED;
}

const STATES =
  /^(?:well |so |and |but |yes |no |oh )*(?:i|he|she|they|we|it|my|his|her|their|our|there|this|that|these|those|the|you|yesterday|last)\b/;

const ASKS_ANYWAY =
  /\b(?:please|i (?:want|need|would (?:like|love)|wish)|i am (?:looking|searching|trying)|i have to|we (?:want|need)|can you|could you|would you|will you)\b/;

/** "My brother works in the kitchen" states; "I need a table for two" asks. */
export const isRequest = (text: string): boolean => !STATES.test(text) || ASKS_ANYWAY.test(text);

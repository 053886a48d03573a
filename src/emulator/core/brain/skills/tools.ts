/** Calls the app's functions, and says what came of it. */
import type { FunctionResponse } from "@google/genai";
import type { FunctionCallStep, ReplyContext, Step } from "../../ports.ts";
import { titled } from "../words/plain.ts";
import { argumentsFor } from "../tools/arguments.ts";
import { choose, chooseAtLast, laterPicks, type Choice } from "../tools/choose.ts";
import { spokenName } from "../tools/lexicon.ts";
import { callsMade, freshResponses, sinceTheUserSpoke } from "../tools/call-history.ts";
import { refined } from "../tools/refine.ts";
import { answerOf } from "../tools/results.ts";
import type { Callable, Parameter } from "../tools/schema.ts";
import { TRANSFER } from "../tools/candidates.ts";
import {
  lastEntries,
  modelsWords,
  pick,
  say,
  usersWords,
  type Skill,
  wordsOf,
} from "../utterance.ts";

const ACKNOWLEDGED = [
  "I am on it. I will tell you what comes.",
  "That has started. You will hear from me.",
];

/** An agent that hands over says nothing more: the next one speaks. */
const speaks = ({ name }: FunctionResponse): boolean => name !== TRANSFER;

function said(scene: ReplyContext, responses: readonly FunctionResponse[]): string[] {
  const answers = responses.filter(speaks).map(answerOf);
  const words = answers.filter(({ pending }) => !pending).map((answer) => answer.words);
  const waits = answers.some(({ pending }) => pending);
  return waits ? [...words, pick(scene, ACKNOWLEDGED)] : words;
}

const numberIn = (responses: readonly FunctionResponse[]): string =>
  /-?\d+(?:\.\d+)?/.exec(JSON.stringify(responses.map(({ response }) => response)))?.[0] ?? "";

/**
 * What an order still wants when its first call has answered: "roll a die and check whether it is prime".
 * Each function is called once for one order, so that an answer can never set off its own call again.
 */
function next(
  scene: ReplyContext,
  responses: readonly FunctionResponse[],
): readonly FunctionCallStep[] {
  const order = usersWords(scene.history).at(-1) ?? "";
  const done = new Set(callsMade(sinceTheUserSpoke(scene.history)).map(({ name }) => name));
  for (const { callable, words } of laterPicks(scene, order)) {
    if (done.has(callable.name)) continue;
    const known = words.replace(
      /\b(?:it|that|this|the (?:result|number|answer))\b/i,
      numberIn(responses),
    );
    const { args, missing } = argumentsFor(known, callable, scene.history);
    if (missing.length === 0) return [{ name: callable.name, args }];
  }
  return [];
}

/** The history ends with function responses: says them, and goes on with the order if it has more. */
export const results: Skill = ({ scene }) => {
  const responses = freshResponses(scene.history);
  if (responses.length === 0) return undefined;
  const words = say(...said(scene, responses));
  const pending = responses.some((response) => answerOf(response).pending);
  const call = pending ? [] : next(scene, responses);
  return call.length === 0 ? words : [...words, { call }];
};

const QUESTION = /^For (.+), I need the (.+)\. (?:What|Which) /;

function question(callable: Callable, missing: readonly Parameter[]): readonly Step[] {
  const { name = "", choices = [] } = missing[0] ?? {};
  const which =
    choices.length === 0
      ? "What should it be?"
      : `Which one: ${choices.map(spokenName).join(", ")}?`;
  return say(`For ${spokenName(callable.name)}, I need the ${spokenName(name)}. ${which}`);
}

/** An answer to the brain's own question belongs to the order that led to it. */
function completed(scene: ReplyContext, raw: string): string {
  const asked = modelsWords(scene.history).at(-1) ?? "";
  if (!QUESTION.test(asked) || raw.split(" ").length > 6) return raw;
  const before = usersWords(scene.history).at(-2) ?? "";
  const value = raw.replace(/[.!?]+$/, "");
  return `${before.replace(/[.!?]+$/, "")} ${/^\p{Ll}/u.test(value) ? value : titled(value)}`;
}

const stepsOf = ({ calls, lacking }: Choice): readonly Step[] =>
  lacking === undefined ? [{ call: calls }] : question(lacking.callable, lacking.missing);

/** A declared function that fits the words comes before every skill: the app knows better what it is for. */
export const functions: Skill = ({ scene, raw, words }) => {
  if (words.length === 0 || lastEntries(scene.history).every((content) => wordsOf(content) === ""))
    return undefined;
  const whole = completed(scene, raw);
  const choice = choose(scene, whole);
  return choice && stepsOf(choice);
};

/** A wish that only makes sense after a search changes that search. */
export const refinement: Skill = ({ scene, raw }) => {
  const call = scene.tools.functions.length === 0 ? undefined : refined(scene, raw);
  return call && [{ call: [call] }];
};

/** What no skill understood may still be meant for a function. */
export const functionsAtLast: Skill = ({ scene, raw, words }) => {
  const choice = words.length === 0 ? undefined : chooseAtLast(scene, raw);
  return choice && stepsOf(choice);
};

/** Calls the app's functions and speaks their responses. */
import type { FunctionResponse } from "@google/genai";
import type { FunctionCallStep, ReplyContext, Step } from "../../ports.ts";
import { titled } from "../words/plain.ts";
import { argumentsFor } from "../tools/arguments.ts";
import { callsMade, newResponses, sinceUserSpoke } from "../tools/call-history.ts";
import { TRANSFER } from "../tools/candidates.ts";
import { choose, chooseAtLast, laterSelections, type Choice } from "../tools/choose.ts";
import { spokenName } from "../tools/lexicon.ts";
import { refined } from "../tools/refine.ts";
import { answerOf } from "../tools/results.ts";
import { contentText, lastEntries, modelTexts, pick, say, userTexts } from "../utterance.ts";
import type { Skill } from "../utterance.ts";

const ACKNOWLEDGEMENTS = [
  "I am on it. I will tell you what comes.",
  "That has started. You will hear from me.",
];

/**
 * The next call of a command: "roll a die and check whether it is prime".
 * A command calls each function once, so that a response can not trigger its own call again.
 */
function nextCall(
  context: ReplyContext,
  responses: readonly FunctionResponse[],
): FunctionCallStep[] {
  const command = userTexts(context.history).at(-1) ?? "";
  const called = callsMade(sinceUserSpoke(context.history)).map(({ name }) => name);
  const results = JSON.stringify(responses.map(({ response }) => response));
  const number = /-?\d+(?:\.\d+)?/.exec(results)?.[0] ?? "";
  for (const { callable, words } of laterSelections(context, command)) {
    if (called.includes(callable.name)) continue;
    const known = words.replace(/\b(?:it|that|this|the (?:result|number|answer))\b/i, number);
    const { args, missing } = argumentsFor(known, callable, context.history);
    if (missing.length === 0) return [{ name: callable.name, args }];
  }
  return [];
}

/** Speaks responses at the end of the history and continues the command. After a transfer the next agent speaks. */
export const results: Skill = ({ context }) => {
  const responses = newResponses(context.history);
  if (responses.length === 0) return undefined;
  const answers = responses
    .filter(({ name }) => name !== TRANSFER)
    .map((response) => ({ ...answerOf(response), id: response.id }));
  const final = answers.filter((answer) => !answer.pending);
  const words = final.map((answer) => answer.words);
  // ADK's acknowledgement may come behind the first result of its call.
  const pending = answers.some(({ pending, id }) => pending && !final.some((one) => one.id === id));
  const call = pending ? [] : nextCall(context, responses);
  return [
    ...say(...words, ...(pending ? [pick(context, ACKNOWLEDGEMENTS)] : [])),
    ...(call.length === 0 ? [] : [{ call }]),
  ];
};

const QUESTION = /^For (.+), I need the (.+)\. (?:What|Which) /;

function stepsOf({ calls, lacking }: Choice): readonly Step[] {
  if (lacking === undefined) return [{ call: calls }];
  const { name = "", choices = [] } = lacking.missing[0] ?? {};
  const which = `Which one: ${choices.map(spokenName).join(", ")}?`;
  const question = choices.length === 0 ? "What should it be?" : which;
  const callable = spokenName(lacking.callable.name);
  return say(`For ${callable}, I need the ${spokenName(name)}. ${question}`);
}

/** A short answer to the brain's own question completes the command before it. */
function completed(context: ReplyContext, raw: string): string {
  const asked = modelTexts(context.history).at(-1) ?? "";
  if (!QUESTION.test(asked) || raw.split(" ").length > 6) return raw;
  const [before = "", value] = [userTexts(context.history).at(-2), raw].map((text = "") =>
    text.replace(/[.!?]+$/, ""),
  );
  return `${before} ${/^\p{Ll}/u.test(value ?? "") ? value : titled(value ?? "")}`;
}

/** A declared function that fits precedes every other skill. */
export const functions: Skill = ({ context, raw, words }) => {
  const spoke = lastEntries(context.history).some((content) => contentText(content) !== "");
  const choice = words.length > 0 && spoke ? choose(context, completed(context, raw)) : undefined;
  return choice && stepsOf(choice);
};

export const refinement: Skill = ({ context, raw }) => {
  const call = refined(context, raw);
  return call && [{ call: [call] }];
};

/** An utterance that no skill understood may still be meant for a function. */
export const functionsAtLast: Skill = ({ context, raw, words }) => {
  const choice = words.length === 0 ? undefined : chooseAtLast(context, raw);
  return choice && stepsOf(choice);
};

/** What the history says about calls: which were made, what came of them, what still streams. */
import type { Content, FunctionCall, FunctionResponse } from "@google/genai";
import { wordsOf } from "../utterance.ts";

const parts = (history: readonly Content[]) => history.flatMap(({ parts }) => parts ?? []);

export const callsMade = (history: readonly Content[]): FunctionCall[] =>
  parts(history).flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));

export const responsesGiven = (history: readonly Content[]): FunctionResponse[] =>
  parts(history).flatMap(({ functionResponse }) =>
    functionResponse === undefined ? [] : [functionResponse],
  );

/** The responses at the very end of the history; none when somebody has spoken since. */
export function freshResponses(history: readonly Content[]): FunctionResponse[] {
  const from = history.findLastIndex(
    (content) => content.role === "model" || wordsOf(content) !== "",
  );
  return responsesGiven(history.slice(from + 1));
}

/** Everything since the user last spoke. */
export function sinceTheUserSpoke(history: readonly Content[]): readonly Content[] {
  const at = history.findLastIndex(
    (content) => content.role !== "model" && wordsOf(content) !== "",
  );
  return history.slice(Math.max(0, at));
}

/** The function calls and responses in the history. */
import type { Content, FunctionCall, FunctionResponse } from "@google/genai";
import { contentText } from "../utterance.ts";

export const callsMade = (history: readonly Content[]): FunctionCall[] =>
  history.flatMap(({ parts = [] }) => parts.flatMap(({ functionCall }) => functionCall ?? []));

export const responsesGiven = (history: readonly Content[]): FunctionResponse[] =>
  history.flatMap(({ parts = [] }) =>
    parts.flatMap(({ functionResponse }) => functionResponse ?? []),
  );

/** The responses at the end of the history, after the last text of the user or the model. */
export const newResponses = (history: readonly Content[]): FunctionResponse[] => {
  const last = history.findLastIndex(
    (content) => content.role === "model" || contentText(content) !== "",
  );
  return responsesGiven(history.slice(last + 1));
};

/** From the user's last text on. */
export const sinceUserSpoke = (history: readonly Content[]): readonly Content[] => {
  const last = history.findLastIndex(
    (content) => content.role !== "model" && contentText(content) !== "",
  );
  return history.slice(Math.max(0, last));
};

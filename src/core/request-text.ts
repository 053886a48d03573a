/** The text in a client's input, which hooks check, the log records and the model answers. */
import type { Content } from "../wire/adk.ts";
import type { ModelInput } from "./client-request.ts";

interface TextTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

/** The user's text in a request; "" when there is none, or it is history. */
export function typedText(request: ModelInput): string {
  if (request.type === "text") return request.text.trim() ? request.text : "";
  if (request.type !== "content" || request.isHistory) return "";
  return textTurns(request.turns)
    .filter(({ role }) => role === "user")
    .map(({ text }) => text)
    .join("\n");
}

/** The request with the user's text replaced, or as it is when the text is the same. */
export function withTypedText(request: ModelInput, text: string): ModelInput {
  if (request.type === "text") return { ...request, text };
  if (request.type !== "content" || text === typedText(request)) return request;
  const turns = request.turns.map((turn) => (isModelTurn(turn) ? turn : withoutText(turn)));
  const left = turns.filter(({ parts }) => parts?.length);
  return { ...request, turns: [...left, { role: "user", parts: [{ text }] }] };
}

/** The text of each turn, oldest first, with the participant who sent it and its id. */
export function textTurnsOf(request: ModelInput): readonly (TextTurn & {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
})[] {
  if (request.type === "text") {
    const { text, id, from } = request;
    return text.trim() ? [{ role: "user", text, id, from }] : [];
  }
  if (request.type !== "content") return [];
  return textTurns(request.turns).map((each) => ({ ...each, from: request.from }));
}

/** Whether a request begins a turn. */
export const opensTurn = (request: ModelInput): boolean =>
  request.type === "text" ||
  request.type === "activityStart" ||
  (request.type === "content" && request.complete && !request.isHistory);

const textTurns = (turns: readonly Content[]): TextTurn[] =>
  turns.flatMap((turn) => {
    const text = (turn.parts ?? []).map((part) => part.text ?? "").join("");
    return text.trim() ? [{ role: isModelTurn(turn) ? "model" : "user", text }] : [];
  });

const isModelTurn = ({ role }: Content): boolean => role === "model";

const withoutText = (turn: Content): Content => ({
  ...turn,
  parts: (turn.parts ?? []).filter(({ text }) => text === undefined),
});

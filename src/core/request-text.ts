/** The words in what somebody sends: what is judged, kept in the log, and owed an answer. */
import type { Content } from "../wire/adk.ts";
import type { ModelInput } from "./client-request.ts";

interface TextTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

/** What a person typed in it; "" when it has no such words, or they are of the past. */
export function typedText(request: ModelInput): string {
  if (request.type === "text") return request.text;
  if (request.type !== "content" || request.isHistory) return "";
  return textTurns(request.turns)
    .filter(({ role }) => role === "user")
    .map(({ text }) => text)
    .join("\n");
}

/** The same request with other words, where they are other: in place of all that the user said in it. */
export function withTypedText(request: ModelInput, text: string): ModelInput {
  if (request.type === "text") return { ...request, text };
  if (request.type !== "content" || text === typedText(request)) return request;
  const turns = request.turns.map((turn) => (isModelTurn(turn) ? turn : withoutText(turn)));
  const left = turns.filter(({ parts }) => parts?.length);
  return { ...request, turns: [...left, { role: "user", parts: [{ text }] }] };
}

/** Each turn's words, oldest first, with who sent them and under which id. */
export function textTurnsOf(request: ModelInput): readonly (TextTurn & {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
})[] {
  if (request.type === "text") {
    const { text, id, from } = request;
    return [{ role: "user", text, id, from }];
  }
  if (request.type !== "content") return [];
  return textTurns(request.turns).map((each) => ({ ...each, from: request.from }));
}

/** Whether somebody begins a turn by it. */
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

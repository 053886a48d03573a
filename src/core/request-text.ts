/** The words in what somebody sends: what is judged, kept in the log, and owed an answer. */
import type { Content } from "../wire/adk.ts";
import type { LiveRequest } from "./client-request.ts";

interface Said {
  readonly role: "user" | "model";
  readonly text: string;
}

/** What a person typed in it; "" when it has no such words, or they are of the past. */
export function wordsIn(request: LiveRequest): string {
  if (request.type === "text") return request.text;
  if (request.type !== "content" || request.past) return "";
  return said(request.turns)
    .filter(({ role }) => role === "user")
    .map(({ text }) => text)
    .join("\n");
}

/** The same request with other words, where they are other: in place of all that the user said in it. */
export function reworded(request: LiveRequest, text: string): LiveRequest {
  if (request.type === "text") return { ...request, text };
  if (request.type !== "content" || text === wordsIn(request)) return request;
  const turns = request.turns.map((turn) => (isModels(turn) ? turn : withoutText(turn)));
  const left = turns.filter(({ parts }) => parts?.length);
  return { ...request, turns: [...left, { role: "user", parts: [{ text }] }] };
}

/** Each turn's words, oldest first, with who sent them and under which id. */
export function saidIn(
  request: LiveRequest,
): readonly (Said & { readonly id?: string | undefined; readonly from?: string | undefined })[] {
  if (request.type === "text") {
    const { text, id, from } = request;
    return [{ role: "user", text, id, from }];
  }
  if (request.type !== "content") return [];
  return said(request.turns).map((each) => ({ ...each, from: request.from }));
}

/** Whether somebody begins a turn by it. */
export const opensTurn = (request: LiveRequest): boolean =>
  request.type === "text" ||
  request.type === "activityStart" ||
  (request.type === "content" && request.complete && !request.past);

const said = (turns: readonly Content[]): Said[] =>
  turns.flatMap((turn) => {
    const text = (turn.parts ?? []).map((part) => part.text ?? "").join("");
    return text.trim() ? [{ role: isModels(turn) ? "model" : "user", text }] : [];
  });

const isModels = ({ role }: Content): boolean => role === "model";

const withoutText = (turn: Content): Content => ({
  ...turn,
  parts: (turn.parts ?? []).filter(({ text }) => text === undefined),
});

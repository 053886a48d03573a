/** What functions answered: remembered, and spoken about when every call of the frame has been answered. */
import type { Part } from "@google/genai";
import { type Close, closes } from "./closes.ts";
import type { Dialogue } from "./dialogue.ts";
import { contentTokens } from "./history.ts";
import type { FunctionResponse, ToolResponse } from "./messages.ts";
import type { Session } from "./session.ts";

/** Answers to ids that nobody asked for are ignored. */
export function answered(
  message: ToolResponse,
  session: Session,
  dialogue: Dialogue,
): Close | undefined {
  const responses = message.functionResponses ?? [];
  if (responses.some(({ name, id }) => name === undefined && id === undefined)) {
    return closes.invalidArgument;
  }
  const known = responses.filter(({ id }) => id !== undefined && session.calls.has(id));
  if (known.length === 0) return undefined;
  const content = { role: "user", parts: known.map(toPart) };
  dialogue.hear(content, contentTokens(content));
  const groups = new Set(known.map(({ id }) => session.calls.get(id ?? "")?.group));
  for (const { id, willContinue } of known)
    if (willContinue !== true) session.calls.delete(id ?? "");
  const open = [...session.calls.values()].some(({ group }) => groups.has(group));
  if (!open) speak(known, dialogue);
  return undefined;
}

/** The most urgent wish decides. */
function speak(responses: readonly FunctionResponse[], dialogue: Dialogue): void {
  const wishes = new Set(responses.map(scheduling));
  if (wishes.has("INTERRUPT")) dialogue.interrupt();
  else if (!wishes.has("WHEN_IDLE")) return;
  dialogue.answer("tool");
}

/** Beside the response, as typed, or inside it, as one page of the documentation has it. */
function scheduling({ scheduling, response }: FunctionResponse): string {
  const wish = scheduling ?? response?.["scheduling"];
  return wish === "SILENT" || wish === "INTERRUPT" ? wish : "WHEN_IDLE";
}

function toPart({ id, name, response }: FunctionResponse): Part {
  return {
    functionResponse: {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      response: { ...response },
    },
  };
}

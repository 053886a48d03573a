/** What becomes of a tool's answer: an event for the clients, and a function response, or words, for the model. */
import type { ToolCallResponse } from "./tool-runner.ts";
import type { Capabilities } from "../core/live-api/capabilities.ts";
import type { UpstreamMessage } from "../core/upstream/encoding.ts";
import { noActions, type EventBody } from "../wire/adk.ts";
import type { FunctionCall, FunctionResponse } from "../wire/live-api.ts";

/** One response for each id the call was made by. */
export function functionResponsesOf(
  answer: ToolCallResponse,
  { scheduling: taken }: Capabilities,
): FunctionResponse[] {
  const { call, response, willContinue, scheduling } = answer;
  return call.ids.map((id) => ({
    id,
    name: call.name,
    response,
    ...(willContinue && { willContinue }),
    ...(scheduling && taken && { scheduling }),
  })) as FunctionResponse[];
}

/** @param to the agent that takes over with this answer. */
export const toolResultEvent = (
  author: string,
  responses: readonly FunctionResponse[],
  to: string | undefined,
): EventBody => ({
  author,
  content: { role: "user", parts: responses.map((functionResponse) => ({ functionResponse })) },
  ...(to !== undefined && { actions: { ...noActions, transferToAgent: to } }),
});

/** Answers are never dropped to make room: they count as words. */
export function encodeToolResponse(
  responses: readonly FunctionResponse[],
  { continues }: Pick<Capabilities, "continues"> = { continues: true },
): UpstreamMessage {
  const functionResponses = continues ? [...responses] : responses.map(withoutWillContinue);
  return {
    payload: { toolResponse: { functionResponses } },
    kind: "text",
    bytes: JSON.stringify(functionResponses).length,
  };
}

const withoutWillContinue = (response: FunctionResponse): FunctionResponse =>
  Object.fromEntries(Object.entries(response).filter(([name]) => name !== "willContinue"));

/** Which calls a model was answered, where it takes but one answer to each. */
export class AnsweredCalls {
  readonly #answered = new Set<string>();

  /** Whether an answer may be told as the call's own. */
  acceptsResponse(answer: ToolCallResponse, row: Capabilities, run: string): boolean {
    const [id] = answer.call.ids;
    const before = this.#answered.has(id);
    if (!row.continues && answer.willContinue) this.#answered.add(id);
    else this.#answered.delete(id);
    return !before && sessionAccepts(answer, row, run);
  }
}

/** A session knows the ids of its own calls; where calls only block, it takes one answer to each. */
const sessionAccepts = (
  { call, willContinue }: ToolCallResponse,
  { toolBehaviors }: Capabilities,
  run: string,
): boolean =>
  call.run === run &&
  (toolBehaviors.includes("NON_BLOCKING") || (call.kind === "function" && !willContinue));

export const resultAsText = ({ call, response }: ToolCallResponse): string =>
  `[${call.name} reports: ${JSON.stringify(response)}]`;

/** Answers to calls that are not made: what led to them was blocked. */
export const blockedResponses = (calls: readonly FunctionCall[]): FunctionResponse[] =>
  calls.map(({ id, name }) => ({
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    response: { error: "This was blocked. Do not try it again, and do not go on with it." },
  }));

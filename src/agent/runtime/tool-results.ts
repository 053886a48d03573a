/** Turns a tool's result into an event for the clients, and into a function response or a text for the model. */
import type { Capabilities } from "../../core/live-api/capabilities.ts";
import type { UpstreamMessage } from "../../core/upstream/encoding.ts";
import { noActions, type EventBody } from "../../wire/adk.ts";
import type { FunctionCall, FunctionResponse } from "../../wire/live-api.ts";
import { wellFormed } from "../../wire/text.ts";
import type { ToolCallResponse } from "./tool-runner.ts";

/** One response for each id of the call. */
export function functionResponsesOf(
  { call, response, willContinue, scheduling }: ToolCallResponse,
  { scheduling: supportsScheduling }: Capabilities,
): FunctionResponse[] {
  return call.ids.map((id) => ({
    id,
    name: call.name,
    response,
    ...(willContinue && { willContinue }),
    ...(scheduling && supportsScheduling && { scheduling }),
  })) as FunctionResponse[];
}

/** @param transferTo the agent that becomes active with this result. */
export const toolResultEvent = (
  author: string,
  responses: readonly FunctionResponse[],
  transferTo: string | undefined,
): EventBody => ({
  author,
  content: { role: "user", parts: responses.map((functionResponse) => ({ functionResponse })) },
  ...(transferTo !== undefined && { actions: { ...noActions, transferToAgent: transferTo } }),
});

/** The kind is "text": the pending queue never drops a tool response to make room. */
export function encodeToolResponse(
  responses: readonly FunctionResponse[],
  { continues }: Pick<Capabilities, "continues"> = { continues: true },
): UpstreamMessage {
  const functionResponses = wellFormed(
    continues ? [...responses] : responses.map(withoutWillContinue),
  );
  return {
    payload: { toolResponse: { functionResponses } },
    kind: "text",
    bytes: JSON.stringify(functionResponses).length,
  };
}

const withoutWillContinue = (response: FunctionResponse): FunctionResponse =>
  Object.fromEntries(Object.entries(response).filter(([name]) => name !== "willContinue"));

/** The calls that have an answer, for models that accept only one for each call. */
export class AnsweredCalls {
  readonly #ids = new Set<string>();

  /** Whether the session takes a response under the call's id; if not, the result must be sent as text. */
  acceptsResponse(
    response: ToolCallResponse,
    capabilities: Capabilities,
    invocationId: string,
  ): boolean {
    const [id] = response.call.ids;
    const answered = this.#ids.has(id);
    if (!capabilities.continues && response.willContinue) this.#ids.add(id);
    else this.#ids.delete(id);
    return !answered && sessionAccepts(response, capabilities, invocationId);
  }
}

/** A session knows the ids of its own calls only. A model whose calls all block accepts one response to each. */
const sessionAccepts = (
  { call, willContinue }: ToolCallResponse,
  { toolBehaviors }: Capabilities,
  invocationId: string,
): boolean =>
  call.run === invocationId &&
  (toolBehaviors.includes("NON_BLOCKING") || (call.kind === "function" && !willContinue));

export const resultAsText = ({ call, response }: ToolCallResponse): string =>
  `[${call.name} reports: ${JSON.stringify(response)}]`;

/** Error responses to calls that a guardrail blocked. */
export const blockedResponses = (calls: readonly FunctionCall[]): FunctionResponse[] =>
  calls.map(({ id, name }) => ({
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    response: { error: "This was blocked. Do not try it again, and do not go on with it." },
  }));

/** Turns a tool's result into an event for the clients, and into a function response or a text for the model. */
import { ToolError } from "../../core/errors.ts";
import type { Capabilities } from "../../core/live-api/capabilities.ts";
import { responseText, type UpstreamMessage } from "../../core/upstream/encoding.ts";
import { noActions, type Content, type EventBody } from "../../wire/adk.ts";
import { toBase64, toUrlSafeBase64 } from "../../wire/base64.ts";
import type { FunctionCall, FunctionResponse } from "../../wire/live-api.ts";
import { wellFormed } from "../../wire/text.ts";
import type { FileContent } from "../tool.ts";
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

/** @param transfer the agent that becomes active with this result, and why. */
export const toolResultEvent = (
  author: string,
  responses: readonly FunctionResponse[],
  transfer: { readonly to: string; readonly reason: string | undefined } | undefined,
): EventBody => ({
  author,
  content: { role: "user", parts: responses.map((functionResponse) => ({ functionResponse })) },
  ...(transfer && {
    actions: {
      ...noActions,
      transferToAgent: transfer.to,
      ...(transfer.reason !== undefined && { transferReason: transfer.reason }),
    },
  }),
});

/** In bytes, and in characters of text. */
const maxMessageSize = 512 * 1024;

/**
 * A tool's message to the people, which no model gets: content of the role "user" by an agent, in a branch of its own.
 * @throws Error for the tool's author if it is no message.
 */
export function toolMessageEvent(
  author: string,
  { name, ids: [id] }: ToolCallResponse["call"],
  contents: readonly FileContent[],
): EventBody {
  const size = contents.reduce((sum, content) => sum + sizeOf(content), 0);
  if (size === 0) throw new ToolError("tellPeople: the message is empty.");
  if (size > maxMessageSize)
    throw new ToolError(
      `tellPeople: the message has ${size} bytes, more than ${maxMessageSize}: save a file as an artifact.`,
    );
  if (contents.some((content) => typeof content === "object" && isAudio(content)))
    throw new ToolError(
      "tellPeople: audio would play as the agent's voice: save it as an artifact.",
    );
  const branch = `${name}@${id}`;
  return { author, branch, content: { role: "user", parts: contents.map(partOf) } };
}

const sizeOf = (content: FileContent): number =>
  typeof content === "string" ? content.length : content.bytes.byteLength;

const isAudio = ({ mimeType }: Exclude<FileContent, string>): boolean =>
  mimeType.startsWith("audio/");

const partOf = (content: FileContent): NonNullable<Content["parts"]>[number] =>
  typeof content === "string"
    ? { text: wellFormed(content) }
    : {
        inlineData: {
          mimeType: content.mimeType,
          data: toUrlSafeBase64(toBase64(content.bytes)),
        },
      };

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
  responseText({ name: call.name, response });

/** Error responses to calls that a guardrail blocked. */
export const blockedResponses = (calls: readonly FunctionCall[]): FunctionResponse[] =>
  errorResponses(calls, "This was blocked. Do not try it again, and do not go on with it.");

/** Error responses to the calls after too many in a row. */
export const refusedResponses = (calls: readonly FunctionCall[]): FunctionResponse[] =>
  errorResponses(calls, "Too many calls in a row without a word: it was not run.");

const errorResponses = (calls: readonly FunctionCall[], error: string): FunctionResponse[] =>
  calls.map(({ id, name }) => ({
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    response: { error },
  }));

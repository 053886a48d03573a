/** What is said to clients of the Live API, mostly in the words of the service, and of them to the operator. */
import { clientError, type ClientError } from "../core/errors.ts";
import type { ModelInput } from "../core/client-request.ts";

/** What may be told of the past: clientContent alone, in the Live API; undefined for anything else. */
export const asContent = (
  request: ModelInput,
): Extract<ModelInput, { type: "content" }> | undefined => {
  if (request.type === "content") return request;
  return request.type === "text" && request.deliverAs === "turn"
    ? {
        type: "content",
        turns: [{ role: "user", parts: [{ text: request.text }] }],
        complete: true,
        ...(request.from !== undefined && { from: request.from }),
      }
    : undefined;
};

/** In the words of the service. */
export const secondSetup = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "Request contains an invalid argument: setup is the first message, and only the first.",
  );

export const unknownModel = (model: string): ClientError =>
  clientError(
    "NOT_FOUND",
    `models/${model} is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListModels to see the list of available models.`,
  );

export const lost = (): ClientError =>
  clientError("UPSTREAM_UNREACHABLE", "The service is currently unavailable.");

/** Closes: a client takes the first frame for the answer to its setup. */
export const tooEarly = (): ClientError =>
  clientError(
    "FRAME_TOO_BIG",
    "Too much was sent before setupComplete, and cannot be kept. Wait for it, then send.",
  );

export const noUpdate = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "What the agent is told is the conversation's, and cannot be changed in the middle of it. Nothing was changed; the conversation goes on.",
  );

export function ignored(id: string, names: readonly string[]): void {
  // The operator must know; values may hold secrets of the client's.
  // oxlint-disable-next-line no-console
  console.warn(
    `parley: participant ${id} asks for another ${names.join(", ")} than the conversation has, which stays as it is.`,
  );
}

/** An error's own words may hold what a client sent, so they are not printed. */
export function couldNotEnter(error: unknown): void {
  // The operator must know.
  // oxlint-disable-next-line no-console
  console.error(
    "parley: a handle or ticket could not be looked up:",
    error instanceof Error ? error.name : "",
  );
}

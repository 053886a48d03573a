/** Errors for Live API clients, where possible with the service's own texts, which these clients compare. */
import { cutText } from "../../wire/text.ts";
import { clientError, type ClientError } from "../../core/errors.ts";

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

/** @param sentence names field and model; a close has no room for more. */
export const unsupportedSetup = (sentence: string): ClientError =>
  clientError("BAD_FRAME", sentence);

/** @param fields of the setup. */
export const ownSetupNotPermitted = (fields: readonly string[]): ClientError =>
  notPermitted(
    `The token permits no setup of your own: leave out ${cutText(fields.join(", "), 40)}, or use one with "setup": "own".`,
  );

/** @param permitted the models that the token permits, or the agent's. */
export const modelNotPermitted = (model: string, permitted: readonly string[]): ClientError =>
  notPermitted(
    `The token does not permit ${cutText(model, 40)}, but ${cutText(permitted.join(", "), 60)}.`,
  );

/** Closes the connection: before `setupComplete` an error message would be taken for it. */
const notPermitted = (message: string): ClientError => ({
  ...clientError("BAD_FRAME", message),
  close: 1008,
});

/** The relay failed on a setup that it could parse. */
export const unusableSetup = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "Request contains an invalid argument: the server cannot use this setup. It was not kept; connect again with another.",
  );

export const unavailable = (): ClientError =>
  clientError("UPSTREAM_UNREACHABLE", "The service is currently unavailable.");

/** Closes the connection: a client would take an error message for the answer to its setup. */
export const tooMuchBeforeSetup = (): ClientError =>
  clientError(
    "FRAME_TOO_BIG",
    "Too much was sent before setupComplete, and cannot be kept. Wait for it, then send.",
  );

export const contextIsFixed = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "The agent's instruction and tools belong to the conversation, and only a client whose setup began it may change them. Nothing was changed; the conversation goes on.",
  );

/** @param field of the setup. */
export const fieldIsLocked = (field: string): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `The token locks "${field}" of the setup, so no update may change it. Nothing was changed; the conversation goes on.`,
  );

/** @param model whose sessions keep the context of their setup. */
export const contextUpdateUnsupported = (model: string): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `${model} takes no contextUpdate: instruction and tools stay as its setup has them. Nothing was changed; connect to another conversation with another setup.`,
  );

/** @param text the service's own. */
export const contextUpdateRefused = (text: string): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `The model's service refused your contextUpdate: ${text} The agent has the instruction and tools from before it, and the conversation goes on; send another update.`,
  );

export const sessionNotFound = (): ClientError =>
  clientError("NOT_FOUND", "BidiGenerateContent session not found");

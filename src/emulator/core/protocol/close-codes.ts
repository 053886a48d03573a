/** Every code and reason with which the emulator closes a connection. The texts were observed on Google's service. */
import { cutUtf8 } from "./utf8.ts";

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** RFC 6455 §5.5: a control frame holds 125 bytes, two of them the code. Google truncates its texts here. */
export const REASON_BYTES = 123;

function close(code: number, reason: string): Close {
  return { code, reason: cutUtf8(reason, REASON_BYTES) };
}

/** 1007: the client's message is invalid. */
export function invalidPayload(reason: string): Close {
  return close(1007, reason);
}

/** 1008: the requested resource does not exist or is not allowed. */
function policyViolation(reason: string): Close {
  return close(1008, reason);
}

/** 1011: the server cannot continue. */
function internalError(reason: string): Close {
  return close(1011, reason);
}

/** How the service ends a connection: with a close frame, or without one (a client sees 1006). */
export type ConnectionEnd = Close | "reset";

export const closes = {
  normal: close(1000, ""),
  invalidArgument: invalidPayload("Request contains an invalid argument."),
  precondition: invalidPayload("Precondition check failed."),
  location: invalidPayload("User location is not supported for the API use."),
  keyNotValid: invalidPayload("API key not valid. Please pass a valid API key."),
  keyExpired: invalidPayload("API key expired. Please renew the API key."),
  tokenSpent: policyViolation("The ephemeral token has no uses left."),
  noIdentity: policyViolation(
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  ),
  mediaChunks: invalidPayload(
    "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.",
  ),
  noVoices: invalidPayload("Cannot extract voices from a non-audio request."),
  noSuchVoice: invalidPayload("no matching speaker voice"),
  noPublisherModel: policyViolation("Publisher model was not found"),
  noSession: policyViolation("BidiGenerateContent session not found"),
  noEntity: policyViolation("Requested entity was not found."),
  notImplemented: policyViolation("Operation is not implemented, or supported, or enabled."),
  aborted: policyViolation("The operation was aborted."),
  internal: internalError("Internal error encountered."),
  deadline: internalError("Deadline expired before operation could complete."),
  unavailable: internalError("The service is currently unavailable."),
  quota: internalError(
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.",
  ),
} as const satisfies Record<string, Close>;

/** @param path in snake_case, e.g. "setup.generation_config". */
export function unknownField(name: string, path: string): Close {
  return invalidPayload(
    `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`,
  );
}

/** @param model as the client wrote it, e.g. "models/gemini-9". */
export function unknownModel(model: string, version: string): Close {
  return policyViolation(
    `${model} is not found for API version ${version}, or is not supported for bidiGenerateContent. Call ListModels to see the list of available models and their supported methods.`,
  );
}

export function unsupportedModalities(modalities: readonly string[]): Close {
  return invalidPayload(
    `The requested combination of response modalities (${modalities.join(", ")}) is not supported by the model.`,
  );
}

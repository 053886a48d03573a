/** Converts what a tool returned to a function response: always an object, always JSON, never too big to send. */

import { cutText, wellFormed } from "../../wire/text.ts";
import { ToolError, untoldFailure } from "../errors.ts";
import { toPlainJson, unsupportedValue } from "./plain-json.ts";

/** In characters of JSON. A longer response would fill the model's window; it is cut and says so. */
export const maxResponseCharacters = 32_768;

/**
 * ADK's shape: an object as it is, anything else as `result`. A Map, a Set, an Error and others become the JSON that
 * stands for them; a value for which none does becomes an error that says what to return.
 */
export function toToolResponse(value: unknown): Record<string, unknown> {
  const unsupported = unsupportedValue(value);
  if (unsupported !== undefined) return { error: `The tool returned ${unsupported}.` };
  const plain = plainOf(value);
  const text = JSON.stringify(plain);
  if (text.length > maxResponseCharacters)
    return {
      result: cutText(text, maxResponseCharacters),
      truncated: `The result had ${text.length} characters; the rest is cut.`,
    };
  return typeof plain === "object" && plain !== null && !Array.isArray(plain)
    ? (plain as Record<string, unknown>)
    : { result: plain };
}

/** The error that the model gets: the message of a `ToolError`, and of no other exception. */
export const errorResponse = (error: unknown): Record<string, unknown> => ({
  error:
    error instanceof ToolError
      ? wellFormed(cutText(error.message, maxResponseCharacters))
      : untoldFailure,
});

/** A getter or a `toJSON` of the author's may throw, too. */
function plainOf(value: unknown): unknown {
  try {
    return toPlainJson(value) ?? null;
  } catch {
    return {
      error: "The tool's result cannot be written as JSON, perhaps since it contains itself.",
    };
  }
}

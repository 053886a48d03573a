/** Converts what a tool returned to a function response: always an object, always JSON, never too big to send. */

import { cutText, wellFormed } from "../../wire/text.ts";

/** In characters of JSON. A longer response would fill the model's window; it is cut and says so. */
const maxResponseCharacters = 32_768;

/** ADK's shape: an object as it is, anything else as `result`. A value that is no JSON becomes an error. */
export function toToolResponse(value: unknown): Record<string, unknown> {
  const text = stringify(value);
  if (text === undefined)
    return {
      error: "The tool's result cannot be written as JSON, perhaps since it contains itself.",
    };
  if (text.length > maxResponseCharacters)
    return {
      result: cutText(text, maxResponseCharacters),
      truncated: `The result had ${text.length} characters; the rest is cut.`,
    };
  const plain: unknown = wellFormed(JSON.parse(text));
  return typeof plain === "object" && plain !== null && !Array.isArray(plain)
    ? (plain as Record<string, unknown>)
    : { result: plain };
}

/** The error that the model gets: the author's own message, no stack. */
export const errorResponse = (error: unknown): Record<string, unknown> => ({
  error: wellFormed(
    cutText(error instanceof Error ? error.message : String(error), maxResponseCharacters),
  ),
});

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value ?? null);
  } catch {
    return undefined;
  }
}

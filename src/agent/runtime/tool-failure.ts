/** Logs the failures of tools for the operator, whom alone their messages are for. */
import { ToolError } from "../../core/errors.ts";
import { cutText, logLine } from "../../wire/text.ts";

const maxCharacters = 500;
/** With the tool's name, and what stands for characters that a line cannot have. */
const maxLineCharacters = 600;

/** A message may repeat a token that a client had sent: three parts in base64, of which the first is an object. */
const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** One line. The message of a `ToolError` is told, and is no news to the operator. */
export function logToolFailure(tool: string, error: unknown): void {
  if (error instanceof ToolError) return;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = JSON.stringify(cutText(text.replaceAll(token, "[token]"), maxCharacters));
  // oxlint-disable-next-line no-console
  console.error(cutText(logLine(`parley: the tool ${tool} failed: ${line}`), maxLineCharacters));
}

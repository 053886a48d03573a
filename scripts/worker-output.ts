/** Rewords the output of `wrangler dev`: parley's own lines without decoration, the runtime's internal errors as one line. */
import { stripVTControlCharacters } from "node:util";

/** `✘ [ERROR] parley: …` and the like: wrangler decorates each line that a Worker writes to its console. */
const decoration = /^\S+ \[(?:ERROR|WARNING)\] /;
/** workerd reports a failed network request by the place in its own source, with a stack of addresses. */
const internalError = /^(?:e = )?\S+\.(?:rs|c\+\+|h):\d+: (?:failed: )?(.+)$/;

/** @returns takes a line and returns the line to print, or undefined to print none. Keeps state between the lines. */
export function createOutputFilter(): (line: string) => string | undefined {
  const reported = new Set<string>();
  let inBlock = false;
  return (line) => {
    const text = stripVTControlCharacters(line).trimEnd();
    // A block ends with indented details and empty lines.
    if (inBlock && /^(?:\s|$)/.test(text)) return undefined;
    inBlock = false;
    const message = decoration.test(text) ? text.replace(decoration, "") : undefined;
    const [, reason] = internalError.exec(message ?? "") ?? [];
    if (reason === undefined && !message?.startsWith("parley: ")) return line;
    inBlock = true;
    if (reason === undefined) return message;
    if (reported.has(reason)) return undefined;
    reported.add(reason);
    return `parley: a network request failed (${reason.split("; ")[0]}). Further ones of this kind are not shown.`;
  };
}

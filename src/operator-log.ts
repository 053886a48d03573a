/** The operator's log. It holds nothing that people said or a client sent: of an unexpected error, its name alone. */
import { logLine } from "./wire/text.ts";

/** @param what failed, in words. */
export function logFailure(what: string, error: unknown): void {
  logError(`${what}: ${error instanceof Error ? error.name : typeof error}`);
}

/** @param line the relay's own text. */
export function logError(line: string): void {
  // oxlint-disable-next-line no-console
  console.error(logLine(`parley: ${line}`));
}

/** @param line the relay's own text, of what it has left out. */
export function logWarning(line: string): void {
  // oxlint-disable-next-line no-console
  console.warn(logLine(`parley: ${line}`));
}

/** Checks the answers to bad input: docs/protocol.md lists the errors, and the server's own failures are none of them. */
import { clientError, isErrorCode } from "../../src/core/errors.ts";

/** Close codes of docs/protocol.md and docs/adk.md; 1005 is a close without a code, the answer to the client's own. */
const closeCodes = new Set([1000, 1001, 1002, 1005, 1007, 1008, 1009, 1012, 1013]);

/** Statuses of success, of the error table, and of FastAPI's own errors, whose form ADK's routes have. */
const statuses = new Set([101, 200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413]);
for (const status of [415, 422, 426, 429, 501]) statuses.add(status);

/** @returns the fault of a close, in words. */
export function closeFault(code: number, reason: string): string | undefined {
  if (code === 1006) return "the socket ended without a close frame";
  return closeCodes.has(code) ? undefined : `close ${code} "${reason}" is no answer to bad input`;
}

/** The error codes in a frame of any protocol. */
export const codesIn = (frame: string): string[] =>
  [...frame.matchAll(/"(?:code|errorCode)":\s*"([^"]*)"/g)].map(([, code = ""]) => code);

/** @returns the fault of an error code in a frame, in words. */
export function codeFault(code: string): string | undefined {
  if (!isErrorCode(code)) return `the error code "${code}" is in no table`;
  return isServerFailure(code) ? `${code} is a failure of the server` : undefined;
}

const isServerFailure = (code: string): boolean => code === "INTERNAL" || code === "MISCONFIGURED";

/** An answer of HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** @returns the fault of an answer of any route, in words. */
export function answerFault({ status, body }: Answer): string | undefined {
  if (!statuses.has(status)) return `HTTP ${status}: ${body.slice(0, 200)}`;
  if (status < 400) return undefined;
  const error = parsed(body);
  if (!error) return `HTTP ${status} says in no known form what is wrong: ${body.slice(0, 200)}`;
  const { code } = error;
  if (typeof code !== "string") return undefined;
  const fault = codeFault(code);
  if (fault !== undefined || !isErrorCode(code)) return fault;
  const { status: expected } = clientError(code, "");
  return status === expected ? undefined : `${code} came with HTTP ${status}, not ${expected}`;
}

/** FastAPI's; and the runtime's, about requests that it hands to no Worker. */
const plainTexts =
  /^(?:Forbidden: |ERROR: The requested WebSocket version is not supported|ERROR: Unrecognized request method)/;

/** Parley's `code, message`, FastAPI's `detail`, Google's `error`; or plain text. */
function parsed(body: string): { readonly code?: unknown } | undefined {
  if (plainTexts.test(body)) return {};
  try {
    const value = JSON.parse(body) as Record<string, unknown> | null;
    const known = ["code", "detail", "error"].some((name) => value?.[name] !== undefined);
    return known ? (value ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether a line of the log is more than a warning: of the relay's or the runtime's. */
export const isLogFault = (line: string): boolean =>
  !runtimeWarning.test(line) &&
  (!line.startsWith("parley: ") ||
    /could not be (?:handled|used|looked up)|failed|INTERNAL/.test(line));

/** The runtime logs a client that breaks the rules of WebSockets, or vanishes, as an exception. */
const runtimeWarning =
  /^\s*$|^workerd\/\S+: (?:warning|info): NOSENTRY|WebSocket protocol error|disconnected: /;

/**
 * All errors that a client can get, in one table, with the action that it should take.
 *
 * An error reaches a client as an HTTP status, a close code or an error event. Its message tells a person
 * the fault, the data that was kept and the action to take. It must never hold a secret or a stack.
 */

import type { FileFormat } from "./media-file.ts";

/** The action that the client should take. */
type ErrorAction = "fix" | "retry" | "slow down" | "re-authenticate" | "wait" | "give up";

interface ErrorKind {
  readonly action: ErrorAction;
  /** Of an HTTP response. */
  readonly status: 400 | 401 | 402 | 403 | 404 | 408 | 413 | 426 | 429 | 500 | 501 | 502 | 503;
  /** Of a WebSocket that must be closed; most errors close nothing. */
  readonly close: number;
  /** When to try again, in whole seconds from now; of an HTTP response, `Retry-After`. */
  readonly retryAfterS?: number;
}

/** A response of these statuses says when to try again (RFC 6585, RFC 9110). */
type TimedKind = ErrorKind &
  (
    | { readonly status: 429 | 503; readonly retryAfterS: number }
    | { readonly status: Exclude<ErrorKind["status"], 429 | 503> }
  );

/** `retryAfterS` is a guess, unless the error knows better: `rateLimited`. */
const errorKinds = {
  BAD_FRAME: { action: "fix", status: 400, close: 1007 },
  FRAME_TOO_BIG: { action: "fix", status: 413, close: 1009 },
  BODY_TOO_BIG: { action: "fix", status: 413, close: 1009 },
  BODY_TOO_SLOW: { action: "retry", status: 408, close: 1008 },
  TOO_MANY_FRAMES: { action: "slow down", status: 429, close: 1008, retryAfterS: 1 },
  RATE_LIMITED: { action: "slow down", status: 429, close: 1013, retryAfterS: 10 },
  OVERLOADED: { action: "slow down", status: 503, close: 1013, retryAfterS: 10 },
  FLOOR_TAKEN: { action: "wait", status: 429, close: 1008, retryAfterS: 5 },
  NOT_ALLOWED: { action: "give up", status: 403, close: 1008 },
  REMOVED: { action: "give up", status: 403, close: 1008 },
  MUTED: { action: "wait", status: 403, close: 1008 },
  BLOCKED: { action: "fix", status: 400, close: 1008 },
  SLOW_CONSUMER: { action: "retry", status: 429, close: 1013, retryAfterS: 10 },
  BAD_IDENTITY: { action: "fix", status: 400, close: 1008 },
  UNKNOWN_AGENT: { action: "fix", status: 404, close: 1008 },
  NOT_FOUND: { action: "fix", status: 404, close: 1008 },
  CALL_NOT_OPEN: { action: "fix", status: 404, close: 1008 },
  NOT_A_WEBSOCKET: { action: "fix", status: 426, close: 1008 },
  UNAUTHENTICATED: { action: "re-authenticate", status: 401, close: 1008 },
  FORBIDDEN_HOST: { action: "give up", status: 403, close: 1008 },
  FORBIDDEN_ORIGIN: { action: "give up", status: 403, close: 1008 },
  MISCONFIGURED: { action: "give up", status: 503, close: 1011, retryAfterS: 60 },
  NOT_ENABLED: { action: "give up", status: 501, close: 1011 },
  TOO_MANY_CALLS: { action: "slow down", status: 429, close: 1013, retryAfterS: 60 },
  CALL_REFUSED: { action: "fix", status: 502, close: 1011 },
  INTERNAL: { action: "retry", status: 500, close: 1011 },
  ARTIFACT_REFUSED: { action: "fix", status: 413, close: 1009 },
  DIRECTORY_FULL: { action: "fix", status: 413, close: 1008 },
  STATE_FULL: { action: "fix", status: 413, close: 1009 },
  BUFFER_FULL: { action: "slow down", status: 429, close: 1013, retryAfterS: 5 },
  TOO_MANY_PENDING: { action: "slow down", status: 429, close: 1013, retryAfterS: 10 },
  RUN_QUEUE_FULL: { action: "slow down", status: 429, close: 1013, retryAfterS: 10 },
  CONVERSATION_FULL: { action: "slow down", status: 429, close: 1013, retryAfterS: 30 },
  TOO_MANY_TOOL_CALLS: { action: "retry", status: 503, close: 1013, retryAfterS: 5 },
  RUN_TOO_LONG: { action: "retry", status: 503, close: 1013, retryAfterS: 5 },
  TOOLSET_UNAVAILABLE: { action: "wait", status: 503, close: 1013, retryAfterS: 30 },
  NO_ANSWER: { action: "retry", status: 502, close: 1013 },
  UPSTREAM_LOST: { action: "wait", status: 502, close: 1013 },
  UPSTREAM_UNREACHABLE: { action: "retry", status: 502, close: 1013 },
  UPSTREAM_REFUSED: { action: "give up", status: 502, close: 1011 },
  UPSTREAM_UNAUTHENTICATED: { action: "give up", status: 502, close: 1011 },
  MODEL_NOT_FOUND: { action: "give up", status: 502, close: 1011 },
  BUDGET_SPENT: { action: "give up", status: 402, close: 4402 },
  BUDGET_UNKNOWN: { action: "retry", status: 503, close: 1013, retryAfterS: 60 },
  QUOTA_EXCEEDED: { action: "slow down", status: 503, close: 1013, retryAfterS: 60 },
  LOCATION_REFUSED: { action: "give up", status: 502, close: 1011 },
} as const satisfies Record<string, TimedKind>;

export type ErrorCode = keyof typeof errorKinds;

export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(errorKinds, value);

export interface ClientError extends ErrorKind {
  readonly code: ErrorCode;
  /** One or two sentences for the person at the other end. */
  readonly message: string;
  /** The format of a file that came as microphone audio: all its frames would have this error, which is sent once. */
  readonly file?: FileFormat;
}

export const clientError = (code: ErrorCode, message: string): ClientError => ({
  code,
  message,
  ...errorKinds[code],
});

/** @param sentence goes on with the time: "… again in 3 s." @param waitMs until then. */
export function rateLimited(sentence: string, waitMs: number): ClientError {
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1_000));
  return { ...clientError("RATE_LIMITED", `${sentence} in ${retryAfterS} s.`), retryAfterS };
}

/**
 * An exception whose message the model and the clients may read. Any other exception's message may hold a secret, such
 * as a database's address: it is for the operator's log alone.
 */
export class ToolError extends Error {}

/** The text for the model and the clients in place of the message of another exception. */
export const untoldFailure = "The function failed. The reason is in the server's log.";

export const isClientError = (value: object): value is ClientError =>
  "code" in value && "action" in value;

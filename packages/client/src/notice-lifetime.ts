/** The notice of a call: the latest error, as long as it is true. It goes by itself when its cause is gone. */
import type { CallError } from "./call-events.ts";
import type { CallState } from "./call-state.ts";
import type { CloseCode } from "./connection/connection.ts";

/** What a notice is about. That of the server goes with the next answer. */
export type NoticeCause =
  | "microphone"
  | "camera"
  | "screen"
  | "speaker"
  | "sound"
  | "outbox"
  | "connection"
  | "server";

/** Its text and code are in the call's state; here is its cause. */
export class CallNotice {
  #cause: NoticeCause = "server";

  /** The state with a notice of the error. @param cause when it is gone, the notice goes by itself. */
  tell(state: CallState, { code, message }: CallError, cause: NoticeCause): CallState {
    this.#cause = cause;
    const { noticeCode: _, ...rest } = state;
    return { ...rest, notice: message, ...(code && { noticeCode: code }) };
  }

  /** The state once an answer begins. */
  answered(state: CallState): CallState {
    return this.#cause === "server" ? withoutNotice(state) : state;
  }

  /** The state without a notice whose cause is gone. */
  check(state: CallState): CallState {
    return state.notice && !noticeHolds(this.#cause, state) ? withoutNotice(state) : state;
  }
}

export function withoutNotice(state: CallState): CallState {
  const { notice: _, noticeCode: __, ...rest } = state;
  return rest;
}

function noticeHolds(
  cause: NoticeCause,
  { mic, camera, screen, audible, connection }: CallState,
): boolean {
  switch (cause) {
    case "microphone":
      return mic !== "on";
    case "camera":
      return typeof camera === "string";
    case "screen":
      return typeof screen === "string";
    case "sound":
      return !audible;
    case "outbox":
    case "connection":
      return connection.status !== "open";
    case "speaker":
    case "server":
      return true;
  }
}

/** A close repeats the error before it, cut to what fits into a close frame: the error is told whole, with its code. */
export function errorOfClose(
  { reason, code: own }: { readonly reason: string; readonly code?: CloseCode },
  { notice = "", noticeCode: code }: Pick<CallState, "notice" | "noticeCode">,
): CallError {
  return code !== undefined && notice.startsWith(reason.slice(0, 100))
    ? { code, message: notice }
    : { code: own ?? "CLOSED", message: reason };
}

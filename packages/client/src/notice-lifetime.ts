/** How long a notice is true: it goes by itself when its cause is gone. */
import type { CallError } from "./call-events.ts";
import type { CallState } from "./call-state.ts";

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

export function noticeHolds(
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
  reason: string,
  { notice = "", noticeCode: code }: Pick<CallState, "notice" | "noticeCode">,
): CallError {
  return code !== undefined && notice.startsWith(reason.slice(0, 100))
    ? { code, message: notice }
    : { code: "CLOSED", message: reason };
}

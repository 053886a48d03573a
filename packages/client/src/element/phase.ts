/** The one phase of a call that `<parley-call>` shows. */
import type { CallState } from "../call-state.ts";
import type { CallPhase } from "./strings.ts";

export function phaseOf({
  connection,
  mic,
  speaking,
  answerPending,
  listenOnly,
}: CallState): CallPhase {
  if (mic === "requesting") return "requesting";
  if (speaking) return "speaking";
  switch (connection.status) {
    case "closed":
      return "ready";
    case "connecting":
    case "backoff":
      if (connection.status === "connecting" && !connection.retry) return "connecting";
      return connection.offline ? "offline" : "reconnecting";
    case "open":
      if (answerPending) return "thinking";
      if (listenOnly) return "listenOnly";
      return mic === "on" ? "listening" : mic === "muted" ? "muted" : "connected";
  }
}

/** Whether an answer is pending: the user's input is complete and the agent has not begun to answer. */
import type { ConnectionEvent } from "../connection/connection.ts";
import type { Captions } from "./captions.ts";
import type { PlaybackTurn } from "./playback-turn.ts";

interface PendingAnswerInput {
  readonly answerPending: boolean;
  /** After the event. */
  readonly turn: PlaybackTurn;
  /** Before the event. */
  readonly captions: Captions;
}

export function isAnswerPending(
  { answerPending, turn, captions }: PendingAnswerInput,
  event: ConnectionEvent,
): boolean {
  switch (event.kind) {
    case "transcript":
      return event.side === "user" && event.finished && turn.state !== "playing";
    case "state":
      // The connection delivers queued text as soon as it is open.
      return event.state.status === "open" && captions.list.some(({ state }) => state === "queued");
    case "turnComplete":
      return event.thinking === true && turn.state !== "interrupted";
    case "audio":
    case "error":
      return false;
    default:
      return answerPending;
  }
}

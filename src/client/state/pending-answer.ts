/** Whether something was said that the agent has not begun to answer. */
import type { Captions } from "./captions.ts";
import type { ConnectionEvent } from "../connection/connection.ts";
import type { PlaybackTurn } from "./playback-turn.ts";

interface PendingAnswerInput {
  readonly awaiting: boolean;
  /** As it is after what is heard. */
  readonly turn: PlaybackTurn;
  /** As they were before. */
  readonly captions: Captions;
}

export function isAnswerPending(
  { awaiting, turn, captions }: PendingAnswerInput,
  heard: ConnectionEvent,
): boolean {
  switch (heard.kind) {
    case "transcript":
      return heard.side === "user" && heard.finished && turn.at !== "talking";
    case "state":
      // What was typed while away is asked when the link is there.
      return heard.state.at === "open" && captions.list.some(({ state }) => state === "waiting");
    case "audio":
    case "turnComplete":
    case "error":
      return false;
    default:
      return awaiting;
  }
}

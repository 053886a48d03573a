/** Whether something was said that the agent has not begun to answer. */
import type { Captions } from "./captions.ts";
import type { Heard } from "./connection.ts";
import type { Turn } from "./playback-turn.ts";

interface Known {
  readonly awaiting: boolean;
  /** As it is after what is heard. */
  readonly turn: Turn;
  /** As they were before. */
  readonly captions: Captions;
}

export function awaits({ awaiting, turn, captions }: Known, heard: Heard): boolean {
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

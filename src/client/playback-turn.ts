/**
 * Whether what the agent says may be heard. After a cut the rest of the turn is void, whatever
 * still arrives of it, until the turn is complete. A line that is lost changes nothing: what was missed is
 * told when it is back, and where only the log tells it, nothing of that turn is heard any more.
 *
 *            audio, words            interrupted, stopped
 *   silent ───────────────▶ talking ─────────────────────▶ cut
 *      ▲ turnComplete          │                            │
 *      └───────────────────────┴────────────────────────────┘
 */
import type { Heard } from "./connection.ts";

export type Turn =
  | { readonly at: "silent" }
  | { readonly at: "talking" }
  | { readonly at: "cut"; readonly by: "voice" | "page" };

export const silent: Turn = { at: "silent" };

/**
 * An interruption with no turn to interrupt must not mute the next one. Nor must one whose
 * `turnComplete` is lost: then the finished words of the person who interrupted open the next turn.
 */
export function follow(turn: Turn, heard: Heard): Turn {
  switch (heard.kind) {
    case "turnComplete":
      return silent;
    case "interrupted":
      return turn.at === "talking" ? { at: "cut", by: "voice" } : turn;
    case "audio":
      return turn.at === "silent" ? { at: "talking" } : turn;
    case "transcript":
      return heard.side === "agent" ? followAgent(turn) : followUser(turn, heard.finished);
    case "state":
      return heard.state.at === "closed" ? silent : turn;
    case "recalled":
      return silent;
    default:
      return turn;
  }
}

/** The person wants silence; the rest of this turn is not played. */
export const stop = (turn: Turn): Turn =>
  turn.at === "talking" ? { at: "cut", by: "page" } : turn;

const followAgent = (turn: Turn): Turn => (turn.at === "silent" ? { at: "talking" } : turn);

const followUser = (turn: Turn, finished: boolean): Turn =>
  finished && turn.at === "cut" && turn.by === "voice" ? silent : turn;

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
import type { ConnectionEvent } from "../connection/connection.ts";

export type PlaybackTurn =
  | { readonly at: "silent" }
  | { readonly at: "talking" }
  | { readonly at: "cut"; readonly by: "voice" | "page" };

export const silentTurn: PlaybackTurn = { at: "silent" };

/**
 * An interruption with no turn to interrupt must not mute the next one. Nor must one whose
 * `turnComplete` is lost: then the finished words of the person who interrupted open the next turn.
 */
export function reducePlaybackTurn(turn: PlaybackTurn, heard: ConnectionEvent): PlaybackTurn {
  switch (heard.kind) {
    case "turnComplete":
      return silentTurn;
    case "interrupted":
      return turn.at === "talking" ? { at: "cut", by: "voice" } : turn;
    case "audio":
      return turn.at === "silent" ? { at: "talking" } : turn;
    case "transcript":
      return heard.side === "agent"
        ? applyAgentTranscript(turn)
        : applyUserTranscript(turn, heard.finished);
    case "state":
      return heard.state.at === "closed" ? silentTurn : turn;
    case "recalled":
      return silentTurn;
    default:
      return turn;
  }
}

/** The person wants silence; the rest of this turn is not played. */
export const stopTurn = (turn: PlaybackTurn): PlaybackTurn =>
  turn.at === "talking" ? { at: "cut", by: "page" } : turn;

const applyAgentTranscript = (turn: PlaybackTurn): PlaybackTurn =>
  turn.at === "silent" ? { at: "talking" } : turn;

const applyUserTranscript = (turn: PlaybackTurn, finished: boolean): PlaybackTurn =>
  finished && turn.at === "cut" && turn.by === "voice" ? silentTurn : turn;

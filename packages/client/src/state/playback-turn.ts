/**
 * Whether the page plays the agent's audio. After an interruption the rest of the turn is void until the turn is
 * complete. A lost socket changes nothing: on resume the server sends what the page missed. A replay from the log has
 * no audio, so that nothing of that turn is played any more.
 *
 *          audio, transcript            interrupted, stopped
 *   idle ────────────────────▶ playing ─────────────────────▶ interrupted
 *     ▲ turnComplete              │                               │
 *     └───────────────────────────┴───────────────────────────────┘
 */
import type { ConnectionEvent } from "../connection/connection.ts";

export type PlaybackTurn =
  | { readonly state: "idle" }
  | { readonly state: "playing" }
  /** `by`: the server reported an interruption, or the user stopped the answer on the page. */
  | { readonly state: "interrupted"; readonly by: "server" | "page" };

export const idleTurn: PlaybackTurn = { state: "idle" };

/**
 * An interruption without a turn must not mute the next turn. The same holds for an interruption whose
 * `turnComplete` is lost: the finished transcript of the user who interrupted then opens the next turn.
 */
export function reducePlaybackTurn(turn: PlaybackTurn, event: ConnectionEvent): PlaybackTurn {
  switch (event.kind) {
    case "turnComplete":
      return event.thinking && turn.state === "interrupted" ? turn : idleTurn;
    case "interrupted":
      return turn.state === "playing" ? { state: "interrupted", by: "server" } : turn;
    case "audio":
      return begin(turn);
    case "transcript":
      return event.side === "agent" ? begin(turn) : applyUserTranscript(turn, event.finished);
    case "state":
      return event.state.status === "closed" ? idleTurn : turn;
    case "replay":
      return idleTurn;
    default:
      return turn;
  }
}

/** The user stops the answer: the rest of this turn is not played. */
export const stopTurn = (turn: PlaybackTurn): PlaybackTurn =>
  turn.state === "playing" ? { state: "interrupted", by: "page" } : turn;

const begin = (turn: PlaybackTurn): PlaybackTurn =>
  turn.state === "idle" ? { state: "playing" } : turn;

const applyUserTranscript = (turn: PlaybackTurn, finished: boolean): PlaybackTurn =>
  finished && turn.state === "interrupted" && turn.by === "server" ? idleTurn : turn;

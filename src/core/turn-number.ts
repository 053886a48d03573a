/**
 * Numbers the turns of a conversation.
 *
 * A turn opens at the first of activity start, text, or model output nobody asked for; it closes at
 * `turnComplete`. What falls between two turns belongs to the one before.
 */
import type { ServerMessage } from "../wire/live-api.ts";

export interface TurnCounter {
  /** Counted from 1; 0 before the first. Persisted, so it goes on after a restart. */
  readonly number: number;
  readonly open: boolean;
}

export const noTurn: TurnCounter = { number: 0, open: false };

export const openTurn = (turn: TurnCounter): TurnCounter =>
  turn.open ? turn : { number: turn.number + 1, open: true };

/** What a server message does to the turn: its output opens one. Closing is `afterMessage`'s. */
export const beforeMessage = (turn: TurnCounter, message: ServerMessage): TurnCounter =>
  message.voiceActivity?.type === "ACTIVITY_START" ||
  message.serverContent?.modelTurn !== undefined ||
  message.serverContent?.inputTranscription?.text
    ? openTurn(turn)
    : turn;

export const afterMessage = (turn: TurnCounter, message: ServerMessage): TurnCounter =>
  message.serverContent?.turnComplete ? { ...turn, open: false } : turn;

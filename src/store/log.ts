/**
 * The one log of a conversation: its events without deltas and without media, in the order they came.
 *
 * History, transcripts and exports are views of it. Nobody else writes the table.
 */
import type { Event } from "../wire/adk.ts";
import { migrate } from "./migrations.ts";

export interface Row {
  readonly seq: number;
  readonly turn: number;
  readonly at_ms: number;
  readonly author: string;
  readonly event: Event;
}

type Stored = { seq: number; turn: number; at_ms: number; author: string; json: string };

export class Log {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage);
    this.#sql = storage.sql;
  }

  /** Keeps an event, unless it is a delta or holds media. Call it after the event was sent: a write delays what is sent next. */
  append(event: Event, turn: number): void {
    if (!worthKeeping(event)) return;
    this.#sql.exec(
      "INSERT INTO event (turn, at_ms, author, json) VALUES (?, ?, ?, ?)",
      turn,
      Math.round(event.timestamp * 1000),
      event.author,
      JSON.stringify(event),
    );
  }

  /** Rows after a sequence number, oldest first. */
  rows(after = 0, limit = 10_000): Row[] {
    return this.#sql
      .exec<Stored>("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
      .toArray()
      .map(({ json, ...row }) => ({ ...row, event: JSON.parse(json) as Event }));
  }

  /** The newest events, oldest first. */
  newest(limit: number): Event[] {
    return this.#sql
      .exec<Pick<Stored, "json">>("SELECT json FROM event ORDER BY seq DESC LIMIT ?", limit)
      .toArray()
      .map(({ json }) => JSON.parse(json) as Event)
      .toReversed();
  }

  /** The number of the last turn that left a trace; 0 when there was none. */
  lastTurn(): number {
    return (
      this.#sql.exec<{ last: number | null }>("SELECT MAX(turn) AS last FROM event").one().last ?? 0
    );
  }
}

const worthKeeping = (event: Event): boolean =>
  event.partial !== true &&
  event.voiceActivity === undefined &&
  event.errorCode === undefined &&
  !event.content?.parts?.some((part) => part.inlineData !== undefined);

/**
 * The one log of a conversation: its events without deltas and without media, in the order they came.
 *
 * History, transcripts, exports and the directory's entry are views of it. Nobody else writes the table.
 */
import { titleOf, type SessionSummary } from "../core/adk/session-summary.ts";
import type { Event } from "../wire/adk.ts";
import type { ResumePoint } from "../wire/parley-v1.ts";
import { conversationTables, hasTables, migrate } from "./schema-migrations.ts";

export interface EventRow {
  readonly seq: number;
  readonly turn: number;
  readonly at_ms: number;
  readonly author: string;
  readonly event: Event;
}

/** How far the telling was when an event was kept. */
export interface DeliveryPosition {
  readonly epoch: number;
  readonly told: number;
  /** All the sound that was told in this conversation by then. */
  readonly sound_ms: number;
}

const startPosition: DeliveryPosition = { epoch: 0, told: 0, sound_ms: 0 };

type StoredEvent = { seq: number; turn: number; at_ms: number; author: string; json: string };

/** A row as it is, for another object. */
export type ExportedRow = StoredEvent & DeliveryPosition;

/** Events, oldest first. */
export interface EventPage {
  readonly events: readonly Event[];
  /** The sequence number to go on after, if there are more. */
  readonly next: number | undefined;
}

/** What fits into one message between an object and the Worker (32 MiB). */
const maxPageRows = 2000;

/** What the directory is told of a log; `updated` and `agent` are undefined while it is empty. */
export interface EventLogSummary extends Pick<SessionSummary, "title" | "turns"> {
  readonly updated: number | undefined;
  readonly agent: string | undefined;
}

export class EventLog {
  readonly #storage: DurableObjectStorage;
  /** There are no tables before the first write: who asks after a conversation that never was leaves nothing. */
  #migrated: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#migrated = hasTables(storage);
    if (!this.#migrated) return;
    migrate(storage, conversationTables);
    this.#recover();
  }

  /**
   * Keeps an event, unless it is a delta or holds media. Call it after the event was sent: a write delays what is sent next.
   * @returns whether it was kept.
   */
  append(event: Event, turn: number, mark: DeliveryPosition = startPosition): boolean {
    if (!isPersistent(event)) return false;
    this.#migrate();
    this.#write("event", event, turn, mark);
    return true;
  }

  /**
   * What is being said, in place of what it was before; nothing, once its finals are kept. No view shows it. If the
   * object dies before that, it becomes what was said.
   */
  replaceDraft(
    events: readonly Event[],
    turn: number,
    mark: DeliveryPosition = startPosition,
  ): void {
    this.#migrate();
    this.#storage.sql.exec("DELETE FROM draft");
    for (const event of events) this.#write("draft", event, turn, mark);
  }

  /** Rows after a sequence number, oldest first. */
  rows(after = 0, limit = 10_000): EventRow[] {
    return this.#read<StoredEvent>(
      "SELECT seq, turn, at_ms, author, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      after,
      limit,
    ).map(({ json, ...row }) => ({ ...row, event: JSON.parse(json) as Event }));
  }

  /** A page, for somebody who cannot be sent everything at once. */
  page(after: number): EventPage {
    const rows = this.rows(after, maxPageRows);
    const next = rows.length === maxPageRows ? rows.at(-1)?.seq : undefined;
    return { events: rows.map((row) => row.event), next };
  }

  /** A page of rows as they are, for another object; empty at the end. */
  exportRows(after: number): ExportedRow[] {
    return this.#read<ExportedRow & Record<string, SqlStorageValue>>(
      "SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      after,
      maxPageRows,
    );
  }

  /** Rows of another object's log. */
  importRows(rows: readonly ExportedRow[]): void {
    this.#migrate();
    for (const { turn, json, ...mark } of rows)
      this.#write("event", JSON.parse(json) as Event, turn, mark);
  }

  /** Everything is somewhere else. */
  deleteAll(): void {
    if (!this.#migrated) return;
    this.#storage.sql.exec("DELETE FROM event");
    this.#storage.sql.exec("DELETE FROM draft");
  }

  /** The newest events, oldest first. */
  newest(limit: number): Event[] {
    return this.#read<Pick<StoredEvent, "json">>(
      "SELECT json FROM event ORDER BY seq DESC LIMIT ?",
      limit,
    )
      .map(({ json }) => JSON.parse(json) as Event)
      .toReversed();
  }

  /**
   * What was kept after a place in the telling, each with its own, oldest first.
   * @param skip so many were read before: many may have the same place.
   */
  eventsAfter(
    { epoch, seq }: ResumePoint,
    limit: number,
    skip: number,
  ): { readonly event: Event; readonly at: ResumePoint }[] {
    return this.#read<Pick<StoredEvent, "json"> & Pick<DeliveryPosition, "epoch" | "told">>(
      "SELECT json, epoch, told FROM event WHERE (epoch, told) > (?, ?) ORDER BY seq LIMIT ? OFFSET ?",
      epoch,
      seq,
      limit,
      skip,
    ).map(({ json, epoch, told }) => ({
      event: JSON.parse(json) as Event,
      at: { epoch, seq: told },
    }));
  }

  /** What was kept after a place in the telling, and until another, oldest first. */
  eventsBetween(after: ResumePoint, until: ResumePoint, limit: number): Event[] {
    return this.#read<Pick<StoredEvent, "json">>(
      `SELECT json FROM event WHERE (epoch, told) > (?, ?) AND (epoch, told) <= (?, ?)
       ORDER BY seq LIMIT ?`,
      after.epoch,
      after.seq,
      until.epoch,
      until.seq,
      limit,
    ).map(({ json }) => JSON.parse(json) as Event);
  }

  /** How much sound had been told at a place in the telling, as far as that is known, in ms. */
  audioMsAt({ epoch, seq }: ResumePoint = { epoch: Number.MAX_SAFE_INTEGER, seq: 0 }): number {
    const [last] = this.#read<Pick<DeliveryPosition, "sound_ms">>(
      "SELECT sound_ms FROM event WHERE (epoch, told) <= (?, ?) ORDER BY seq DESC LIMIT 1",
      epoch,
      seq,
    );
    return last?.sound_ms ?? 0;
  }

  /** The number of the last turn that left a trace; 0 when there was none. */
  lastTurn(): number {
    return this.#read<{ last: number | null }>("SELECT MAX(turn) AS last FROM event")[0]?.last ?? 0;
  }

  summary(): EventLogSummary {
    const [last] = this.#read<{ at_ms: number }>(
      "SELECT at_ms FROM event ORDER BY seq DESC LIMIT 1",
    );
    const [spoke] = this.#read<{ author: string }>(
      "SELECT author FROM event WHERE author NOT IN ('user', 'parley') ORDER BY seq DESC LIMIT 1",
    );
    return {
      updated: last?.at_ms,
      agent: spoke?.author,
      title: this.#firstWords(),
      turns: this.lastTurn(),
    };
  }

  /** After the object's storage was emptied: it begins anew. */
  reset(): void {
    this.#migrated = false;
  }

  /** A user's event may be a change of state, without words. */
  #firstWords(): string {
    const early = this.#read<{ json: string }>(
      "SELECT json FROM event WHERE author = 'user' ORDER BY seq LIMIT 20",
    );
    return early.map(({ json }) => titleOf(JSON.parse(json) as Event)).find(Boolean) ?? "";
  }

  /**
   * The object died in the middle of a sentence: as much of it as was kept is all there is. It is the last of its
   * epoch: whoever heard a few more words must still be told that no more came.
   */
  #recover(): void {
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(
        `INSERT INTO event (turn, at_ms, author, json, epoch, told, sound_ms)
         SELECT turn, at_ms, author, json, epoch, ?, sound_ms FROM draft ORDER BY seq`,
        Number.MAX_SAFE_INTEGER,
      );
      this.#storage.sql.exec("DELETE FROM draft");
    });
  }

  #write(table: "event" | "draft", event: Event, turn: number, mark: DeliveryPosition): void {
    this.#storage.sql.exec(
      `INSERT INTO ${table} (turn, at_ms, author, json, epoch, told, sound_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      turn,
      Math.round(event.timestamp * 1000),
      event.author,
      JSON.stringify(event),
      mark.epoch,
      mark.told,
      mark.sound_ms,
    );
  }

  #migrate(): void {
    if (this.#migrated) return;
    migrate(this.#storage, conversationTables);
    this.#migrated = true;
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#migrated ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

const isPersistent = (event: Event): boolean =>
  event.partial !== true &&
  event.voiceActivity === undefined &&
  event.errorCode === undefined &&
  !event.content?.parts?.some((part) => part.inlineData !== undefined);

/**
 * The log of a conversation: its events in order, without partial events and without media.
 *
 * History, transcripts, exports and the session summary are views of it. No other module writes the table.
 */
import { LongRunningCalls, type LongRunningCall } from "../core/adk/long-running-calls.ts";
import { titleOf, type SessionSummary } from "../core/adk/session-summary.ts";
import { parseStoredEvent, persistentEvent } from "../core/adk/stored-event.ts";
import type { Event } from "../wire/adk.ts";
import type { ResumePoint } from "../wire/parley-v1.ts";
import { conversationTables, hasTables, migrate } from "./schema-migrations.ts";

interface EventRow {
  readonly seq: number;
  readonly turn: number;
  readonly at_ms: number;
  readonly author: string;
  readonly event: Event;
}

/** The broadcaster's position when an event was recorded. */
export interface DeliveryPosition {
  readonly epoch: number;
  /** The sequence number of the last frame that was sent. */
  readonly told: number;
  /** The duration of all audio that the conversation had sent. */
  readonly sound_ms: number;
}

const startPosition: DeliveryPosition = { epoch: 0, told: 0, sound_ms: 0 };

type StoredEvent = { seq: number; turn: number; at_ms: number; author: string; json: string };

/** A row with its position, for a migration. */
export type ExportedRow = StoredEvent & DeliveryPosition;

/** Oldest first. */
export interface EventPage {
  readonly events: readonly Event[];
  /** Pass it to `page` for the rest; undefined on the last page. */
  readonly next: number | undefined;
  /** Of all events, as JSON. */
  readonly characters: number;
}

/** A page of a transcript must fit into one RPC message (32 MiB), and many are held at once. A row has 1 MiB at most. */
const maxPageRows = 2000;
const maxPageCharacters = 1024 * 1024;
/** The bound for reading the newest events, whose texts a new session gets. */
const maxNewestCharacters = 4 * 1024 * 1024;
/** The newest events that are read for long-running calls. */
const recentEvents = 500;

/** `updated` and `agent` are undefined while the log is empty. */
interface EventLogSummary extends Pick<SessionSummary, "title" | "turns"> {
  readonly updated: number | undefined;
  readonly agent: string | undefined;
}

export class EventLog {
  readonly #storage: DurableObjectStorage;
  /** The first write creates the tables: a read must leave no data in an object that has none. */
  #migrated: boolean;
  /** Rows of the draft. */
  #draftRows = 0;
  /** Undefined until one is asked for: from then on it follows the log. */
  #longRunningCalls: LongRunningCalls | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#migrated = hasTables(storage);
    if (!this.#migrated) return;
    migrate(storage, conversationTables);
    this.#recover();
  }

  /**
   * Records an event without its media, unless it is partial or nothing else is in it. Call it after sending the event: a write delays the next
   * send.
   * @returns whether the event was recorded.
   */
  append(event: Event, turn: number, position: DeliveryPosition = startPosition): boolean {
    const persistent = persistentEvent(event);
    if (!persistent) return false;
    this.#longRunningCalls?.follow(event);
    this.#migrate();
    this.#write(persistent, turn, position);
    return true;
  }

  /**
   * Replaces the draft: the transcript of the utterance in progress, or nothing once its final events are recorded. No
   * view includes the draft. If the object dies before then, recovery turns it into events.
   */
  replaceDraft(
    events: readonly Event[],
    turn: number,
    position: DeliveryPosition = startPosition,
  ): void {
    this.#migrate();
    if (events.length < this.#draftRows) this.#storage.sql.exec("DELETE FROM draft");
    const rows = events.map((event, at) => [at, ...rowOf(event, turn, position)]);
    const places = rows.map(() => "(?, ?, ?, ?, ?, ?, ?, ?)").join(", ");
    // One statement: each costs more than its rows.
    if (rows.length > 0)
      this.#storage.sql.exec(
        `INSERT OR REPLACE INTO draft (seq, ${rowColumns}) VALUES ${places}`,
        ...rows.flat(),
      );
    this.#draftRows = rows.length;
  }

  /** The rows after a sequence number, oldest first. */
  rows(after = 0, limit = 10_000): EventRow[] {
    return this.#read<StoredEvent>(
      "SELECT seq, turn, at_ms, author, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      after,
      limit,
    ).map(({ json, ...row }) => ({ ...row, event: parseStoredEvent(json) }));
  }

  /** The events after a sequence number, up to the limit of a message. */
  page(after: number): EventPage {
    const rows = this.#upTo(
      maxPageCharacters,
      this.#each<Pick<StoredEvent, "seq" | "json">>(
        "SELECT seq, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
        after,
        maxPageRows,
      ),
    );
    const events = rows.map(({ json }) => parseStoredEvent(json));
    const characters = rows.reduce((sum, { json }) => sum + json.length, 0);
    return { events, next: rows.at(-1)?.seq, characters };
  }

  /** A page of rows for a migration; empty at the end. */
  exportRows(after: number): ExportedRow[] {
    return this.#upTo(
      maxPageCharacters,
      this.#each<ExportedRow & Record<string, SqlStorageValue>>(
        "SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
        after,
        maxPageRows,
      ),
    );
  }

  /** Appends the rows of another object's log. */
  importRows(rows: readonly ExportedRow[]): void {
    this.#migrate();
    this.#longRunningCalls = undefined;
    for (const { turn, json, ...position } of rows)
      this.#write(JSON.parse(json) as Event, turn, position);
  }

  deleteAll(): void {
    this.#longRunningCalls = undefined;
    if (!this.#migrated) return;
    this.#storage.sql.exec("DELETE FROM event");
    this.#storage.sql.exec("DELETE FROM draft");
    this.#draftRows = 0;
  }

  /** The newest events, oldest first: 4 Mi characters of JSON at most. */
  newest(limit: number): Event[] {
    return this.#upTo(
      maxNewestCharacters,
      this.#each<Pick<StoredEvent, "json">>(
        "SELECT json FROM event ORDER BY seq DESC LIMIT ?",
        limit,
      ),
    )
      .map(({ json }) => parseStoredEvent(json))
      .toReversed();
  }

  /** The long-running call of an id. Reads the log once: a client may name many ids. */
  longRunningCall(id: string): LongRunningCall | undefined {
    this.#longRunningCalls ??= new LongRunningCalls(this.newest(recentEvents));
    return this.#longRunningCalls.find(id);
  }

  /**
   * A page of the events after a resume point, each with its own resume point, oldest first; empty at the end.
   * @param skip the number of events to skip: several may have the same resume point.
   */
  eventsAfter(
    { epoch, seq }: ResumePoint,
    limit: number,
    skip: number,
  ): { readonly event: Event; readonly at: ResumePoint }[] {
    return this.#upTo(
      maxPageCharacters,
      this.#each<Pick<StoredEvent, "json"> & Pick<DeliveryPosition, "epoch" | "told">>(
        "SELECT json, epoch, told FROM event WHERE (epoch, told) > (?, ?) ORDER BY seq LIMIT ? OFFSET ?",
        epoch,
        seq,
        limit,
        skip,
      ),
    ).map(({ json, epoch, told }) => ({
      event: parseStoredEvent(json),
      at: { epoch, seq: told },
    }));
  }

  /** The newest events after one resume point and up to another, oldest first: 4 Mi characters of JSON at most. */
  eventsBetween(after: ResumePoint, until: ResumePoint, limit: number): Event[] {
    return this.#upTo(
      maxNewestCharacters,
      this.#each<Pick<StoredEvent, "json">>(
        `SELECT json FROM event WHERE (epoch, told) > (?, ?) AND (epoch, told) <= (?, ?)
         ORDER BY seq DESC LIMIT ?`,
        after.epoch,
        after.seq,
        until.epoch,
        until.seq,
        limit,
      ),
    )
      .map(({ json }) => parseStoredEvent(json))
      .toReversed();
  }

  /** The duration of the audio sent up to a resume point, as of the last event before it, in ms. */
  audioMsAt({ epoch, seq }: ResumePoint = { epoch: Number.MAX_SAFE_INTEGER, seq: 0 }): number {
    const [last] = this.#read<Pick<DeliveryPosition, "sound_ms">>(
      "SELECT sound_ms FROM event WHERE (epoch, told) <= (?, ?) ORDER BY seq DESC LIMIT 1",
      epoch,
      seq,
    );
    return last?.sound_ms ?? 0;
  }

  /** The number of the last turn with an event; 0 if there is none. */
  lastTurn(): number {
    return this.#read<{ last: number | null }>("SELECT MAX(turn) AS last FROM event")[0]?.last ?? 0;
  }

  summary(): EventLogSummary {
    const [last] = this.#read<{ at_ms: number }>(
      "SELECT at_ms FROM event ORDER BY seq DESC LIMIT 1",
    );
    const [lastAnswer] = this.#read<{ author: string }>(
      "SELECT author FROM event WHERE author NOT IN ('user', 'parley') ORDER BY seq DESC LIMIT 1",
    );
    return {
      updated: last?.at_ms,
      agent: lastAnswer?.author,
      title: this.#title(),
      turns: this.lastTurn(),
    };
  }

  /** Call it together with `storage.deleteAll()`. */
  reset(): void {
    this.#migrated = false;
    this.#draftRows = 0;
    this.#longRunningCalls = undefined;
  }

  /** Derived from the user's first event with text: a change of state has none. */
  #title(): string {
    const candidates = this.#read<{ json: string }>(
      "SELECT json FROM event WHERE author = 'user' ORDER BY seq LIMIT 20",
    );
    return candidates.map(({ json }) => titleOf(parseStoredEvent(json))).find(Boolean) ?? "";
  }

  /**
   * Turns the draft of an object that died within an utterance into events. They get the last position of their epoch:
   * a client that received more of the utterance than was stored still receives its end.
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

  #write(event: Event, turn: number, position: DeliveryPosition): void {
    this.#storage.sql.exec(
      `INSERT INTO event (${rowColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...rowOf(event, turn, position),
    );
  }

  #migrate(): void {
    if (this.#migrated) return;
    migrate(this.#storage, conversationTables);
    this.#migrated = true;
  }

  /** The first rows, up to the one with which they have so many characters. Reads no further. */
  #upTo<Row extends Pick<StoredEvent, "json">>(characters: number, rows: Iterable<Row>): Row[] {
    const taken: Row[] = [];
    let size = 0;
    for (const row of rows) {
      taken.push(row);
      size += row.json.length;
      if (size >= characters) break;
    }
    return taken;
  }

  #each<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: unknown[]
  ): Iterable<Row> {
    return this.#migrated ? this.#storage.sql.exec<Row>(query, ...bindings) : [];
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#migrated ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

const rowColumns = "turn, at_ms, author, json, epoch, told, sound_ms";

/** In the order of `rowColumns`. */
const rowOf = (event: Event, turn: number, { epoch, told, sound_ms }: DeliveryPosition) => [
  turn,
  Math.round(event.timestamp * 1000),
  event.author,
  JSON.stringify(event),
  epoch,
  told,
  sound_ms,
];

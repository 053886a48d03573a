/** The tables of a directory object: a user's conversations, and the state that they share. */
import type { SessionSummary } from "../core/adk/session-summary.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import { directoryTables, hasTables, migrate } from "./schema-migrations.ts";

type SessionRow = {
  id: string;
  created_ms: number;
  updated_ms: number;
  agent: string;
  title: string;
  turns: number;
  state: string;
};

/** The list contains the most recently updated ones. */
const maxListedSessions = 1000;

export class DirectoryStore {
  readonly #storage: DurableObjectStorage;
  /** The first write creates the tables: a read must leave no data in an object that has none. */
  #migrated: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#migrated = hasTables(storage);
    if (this.#migrated) migrate(storage, directoryTables);
  }

  put({ session, created, updated, agent, title, turns, state }: SessionSummary): void {
    this.#migrate();
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?)",
      session,
      created,
      updated,
      agent,
      title,
      turns,
      JSON.stringify(state),
    );
  }

  remove(session: string): void {
    if (this.#migrated) this.#storage.sql.exec("DELETE FROM session WHERE id = ?", session);
  }

  /** In order of creation. */
  listSessions(): SessionSummary[] {
    return this.#read<SessionRow>(
      "SELECT * FROM (SELECT * FROM session ORDER BY updated_ms DESC LIMIT ?) ORDER BY created_ms, id",
      maxListedSessions,
    ).map(({ id, created_ms, updated_ms, state, ...rest }) => ({
      ...rest,
      session: id,
      created: created_ms,
      updated: updated_ms,
      state: JSON.parse(state) as SessionSummary["state"],
    }));
  }

  /** Changes the shared state. A value of null removes its key. */
  changeState(delta: StateDelta): void {
    this.#migrate();
    for (const [key, value] of Object.entries(delta))
      if (value === null) this.#storage.sql.exec("DELETE FROM state WHERE key = ?", key);
      else
        this.#storage.sql.exec(
          "INSERT OR REPLACE INTO state VALUES (?, ?)",
          key,
          JSON.stringify(value),
        );
  }

  state(): Record<string, unknown> {
    const rows = this.#read<{ key: string; json: string }>("SELECT key, json FROM state");
    return Object.fromEntries(rows.map(({ key, json }) => [key, JSON.parse(json) as unknown]));
  }

  #migrate(): void {
    if (this.#migrated) return;
    migrate(this.#storage, directoryTables);
    this.#migrated = true;
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#migrated ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

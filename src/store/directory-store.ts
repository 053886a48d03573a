/** What a directory's object keeps: its user's conversations, and the state they share. */
import type { Entry } from "../core/adk/session-summary.ts";
import type { Delta } from "../core/adk/session-state.ts";
import { directoryTables, hasTables, migrate } from "./schema-migrations.ts";

type Listed = {
  id: string;
  created_ms: number;
  updated_ms: number;
  agent: string;
  title: string;
  turns: number;
  state: string;
};

/** A user with more conversations sees the latest. */
export const mostListed = 1000;

export class Shelf {
  readonly #storage: DurableObjectStorage;
  /** There are no tables before the first write: who asks leaves nothing. */
  #made: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#made = hasTables(storage);
    if (this.#made) migrate(storage, directoryTables);
  }

  put({ session, created, updated, agent, title, turns, state }: Entry): void {
    this.#make();
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
    if (this.#made) this.#storage.sql.exec("DELETE FROM session WHERE id = ?", session);
  }

  /** The thousand that were heard of last, in the order they were created. */
  entries(): Entry[] {
    return this.#read<Listed>(
      "SELECT * FROM (SELECT * FROM session ORDER BY updated_ms DESC LIMIT ?) ORDER BY created_ms, id",
      mostListed,
    ).map(({ id, created_ms, updated_ms, state, ...rest }) => ({
      ...rest,
      session: id,
      created: created_ms,
      updated: updated_ms,
      state: JSON.parse(state) as Entry["state"],
    }));
  }

  /** Changes the shared state; null removes a key. */
  change(delta: Delta): void {
    this.#make();
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

  #make(): void {
    if (this.#made) return;
    migrate(this.#storage, directoryTables);
    this.#made = true;
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#made ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

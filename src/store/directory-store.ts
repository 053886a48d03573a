/** The tables of a directory object: a user's conversations, and the state that they share. */
import {
  maxListedSessions,
  type SessionPage,
  type SessionPageRequest,
  type SessionSummary,
} from "../core/adk/session-summary.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import { limits } from "../core/policy/limits.ts";
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

export class DirectoryStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    if (this.#isMigrated) migrate(storage, directoryTables);
  }

  /** The first write creates the tables: a read must leave no data in an object that has none. */
  get #isMigrated(): boolean {
    return hasTables(this.#storage);
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
    if (this.#isMigrated) this.#storage.sql.exec("DELETE FROM session WHERE id = ?", session);
  }

  /** The most recently updated ones after `after`, in order of creation. */
  listSessions({ limit, after }: SessionPageRequest = {}): SessionPage {
    const size = Math.min(limit ?? maxListedSessions, maxListedSessions);
    const rows = this.#read<SessionRow>(
      `SELECT * FROM session WHERE ? IS NULL OR (updated_ms, id) < (?, ?)
       ORDER BY updated_ms DESC, id DESC LIMIT ?`,
      after?.updated ?? null,
      after?.updated ?? null,
      after?.session ?? null,
      size + 1,
    ).map(({ id, created_ms, updated_ms, state, ...rest }) => ({
      ...rest,
      session: id,
      created: created_ms,
      updated: updated_ms,
      state: JSON.parse(state) as SessionSummary["state"],
    }));
    const page = rows.slice(0, size);
    const last = rows.length > size ? page.at(-1) : undefined;
    return {
      sessions: page.toSorted((a, b) => a.created - b.created || (a.session < b.session ? -1 : 1)),
      next: last && { updated: last.updated, session: last.session },
      total: this.countSessions(),
    };
  }

  countSessions(): number {
    return this.#read<{ count: number }>("SELECT COUNT(*) AS count FROM session")[0]?.count ?? 0;
  }

  /** The ids of those that were created until then. @param created in ms since the epoch. @param limit of the ids. */
  sessionsUntil(
    created: number,
    limit: number,
  ): { readonly sessions: readonly string[]; readonly total: number } {
    const until = "FROM session WHERE created_ms <= ?";
    const rows = this.#read<{ id: string }>(
      `SELECT id ${until} ORDER BY created_ms LIMIT ?`,
      created,
      limit,
    );
    const [counted] = this.#read<{ count: number }>(`SELECT COUNT(*) AS count ${until}`, created);
    return { sessions: rows.map(({ id }) => id), total: counted?.count ?? 0 };
  }

  /**
   * Changes the shared state. A value of null removes its key. Several conversations, each with a copy of its own, may add
   * to it: what does not fit is left out.
   * @returns how many keys are.
   */
  changeState(delta: StateDelta): number {
    this.#migrate();
    const entries = Object.entries(delta);
    for (const [key, value] of entries)
      if (value === null) this.#storage.sql.exec("DELETE FROM state WHERE key = ?", key);
    // What becomes smaller first: it makes room, and always fits.
    const changes = entries
      .filter(([, value]) => value !== null)
      .map(([key, value]) => {
        const json = JSON.stringify(value);
        return { key, json, growth: key.length + json.length - this.#stateCharacters(key) };
      })
      .toSorted((a, b) => a.growth - b.growth);
    let characters = this.#stateCharacters();
    let keys = this.countStateKeys();
    let leftOut = 0;
    for (const { key, json, growth } of changes) {
      const isNew = this.#stateCharacters(key) === 0;
      const fits =
        growth <= 0 ||
        (characters + growth <= limits.stateCharacters.value &&
          (!isNew || keys < limits.stateKeys.value));
      if (!fits) leftOut++;
      else {
        this.#storage.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", key, json);
        characters += growth;
        keys += isNew ? 1 : 0;
      }
    }
    return leftOut;
  }

  /** Of one key, or of all. */
  #stateCharacters(key?: string): number {
    const sum = "SELECT IFNULL(SUM(LENGTH(key) + LENGTH(json)), 0) AS characters FROM state";
    const [row] =
      key === undefined
        ? this.#read<{ characters: number }>(sum)
        : this.#read<{ characters: number }>(`${sum} WHERE key = ?`, key);
    return row?.characters ?? 0;
  }

  countStateKeys(): number {
    return this.#read<{ count: number }>("SELECT COUNT(*) AS count FROM state")[0]?.count ?? 0;
  }

  state(): Record<string, unknown> {
    const rows = this.#read<{ key: string; json: string }>("SELECT key, json FROM state");
    return Object.fromEntries(rows.map(({ key, json }) => [key, JSON.parse(json) as unknown]));
  }

  deleteState(): void {
    if (this.#isMigrated) this.#storage.sql.exec("DELETE FROM state");
  }

  #migrate(): void {
    migrate(this.#storage, directoryTables);
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#isMigrated ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

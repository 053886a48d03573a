/**
 * The state a conversation reads: its own, and its copy of what the user's and the app's conversations
 * share. Kept in its object's SQLite, one value of JSON for each key; `temp:` only in memory.
 */
import {
  scopeOf,
  type StateDelta,
  type StateScope,
  type SharedScope,
} from "../core/adk/session-state.ts";
import type { Kv, KvStorage } from "./kv.ts";

/** What one scope may hold, in characters of JSON. */
export const maxScopeChars = 512 * 1024;

export class StoredState {
  readonly #kv: Kv;
  /** As JSON, so that nobody changes a value without setting it. */
  readonly #values = new Map<string, string>();

  constructor({ kv }: KvStorage) {
    this.#kv = kv;
    for (const [key, value] of kv.list({ prefix }))
      this.#values.set(key.slice(prefix.length), JSON.stringify(value));
  }

  get(key: string): unknown {
    const json = this.#values.get(key);
    return json === undefined ? undefined : JSON.parse(json);
  }

  /**
   * Changes all of the keys, or none. A value is anything JSON can hold; null, or what JSON leaves out,
   * removes the key.
   * @throws Error in words when a value is not JSON, or when a scope would hold more than 512 KiB.
   */
  change(delta: StateDelta): void {
    const changes = new Map(Object.entries(delta).map(([key, value]) => [key, jsonOf(value)]));
    for (const scope of scopes) this.#checkRoom(scope, changes);
    for (const [key, json] of changes) this.#set(key, json);
  }

  /** All keys of the scopes, prefixes kept. */
  entriesOf(...wanted: readonly StateScope[]): Record<string, unknown> {
    const keys = [...this.#values.keys()].filter((key) => wanted.includes(scopeOf(key)));
    return Object.fromEntries(keys.map((key) => [key, this.get(key)]));
  }

  /**
   * Takes what the directory holds for a scope in place of the copy.
   * @param owed keys that were written here and have not reached the directory: they stay as they are.
   */
  syncShared(scope: SharedScope, shared: Record<string, unknown>, owed: ReadonlySet<string>): void {
    for (const key of Object.keys(this.entriesOf(scope)))
      if (!Object.hasOwn(shared, key) && !owed.has(key)) this.#set(key, undefined);
    for (const [key, value] of Object.entries(shared)) {
      const json = JSON.stringify(value);
      if (!owed.has(key) && this.#values.get(key) !== json) this.#set(key, json);
    }
  }

  /** The run is over: so is what was temporary. */
  dropTemporary(): void {
    for (const key of Object.keys(this.entriesOf("temp"))) this.#values.delete(key);
  }

  /** After the object's storage was emptied. */
  reset(): void {
    this.#values.clear();
  }

  #set(key: string, json: string | undefined): void {
    const kept = scopeOf(key) !== "temp";
    if (json === undefined) {
      if (this.#values.delete(key) && kept) this.#kv.delete(prefix + key);
      return;
    }
    this.#values.set(key, json);
    if (kept) this.#kv.put(prefix + key, JSON.parse(json));
  }

  #checkRoom(scope: StateScope, changes: ReadonlyMap<string, string | undefined>): void {
    const after = new Map([...this.#values, ...changes]);
    let size = 0;
    for (const [key, json] of after) if (scopeOf(key) === scope) size += json?.length ?? 0;
    if (size <= maxScopeChars) return;
    const [key] = [...changes.keys()].filter((each) => scopeOf(each) === scope);
    if (key === undefined) return;
    throw new Error(
      `The state is full: with "${key}" its scope would have ${size} characters, and ${maxScopeChars} are kept. Nothing was changed; remove keys, or set smaller values.`,
    );
  }
}

const scopes = ["session", "user", "app", "temp"] as const;

function jsonOf(value: unknown): string | undefined {
  const json = JSON.stringify(value) as string | undefined;
  return json === "null" ? undefined : json;
}

const prefix = "state:";

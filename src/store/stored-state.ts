/**
 * The session state of a conversation: its own keys, and its copy of the keys that the user's and the app's
 * conversations share. Stored as one JSON value for each key; `temp:` keys are in memory only.
 */
import {
  scopeOf,
  type StateDelta,
  type StateScope,
  type SharedScope,
} from "../core/adk/session-state.ts";
import { ToolError } from "../core/errors.ts";
import { limits } from "../core/policy/limits.ts";
import { lossyValue } from "../core/live-api/plain-json.ts";
import type { Kv, KvStorage } from "./kv.ts";

/** Limits for one scope: characters of its keys and their values as JSON, and keys, of which each is a row. */
const maxScopeChars = limits.stateCharacters.value;
const maxScopeKeys = limits.stateKeys.value;

export class StoredState {
  readonly #kv: Kv;
  /** As JSON: a caller cannot change a value without `change`. */
  readonly #values = new Map<string, string>();

  constructor({ kv }: KvStorage) {
    this.#kv = kv;
    for (const [key, value] of this.#kv.list({ prefix }))
      this.#values.set(key.slice(prefix.length), JSON.stringify(value));
  }

  get(key: string): unknown {
    const json = this.#values.get(key);
    return json === undefined ? undefined : JSON.parse(json);
  }

  /**
   * Changes all of the keys, or none. Null, or a value that JSON omits, removes its key.
   * @throws ToolError if a value is not JSON, or if a scope would exceed 512 KiB.
   */
  change(delta: StateDelta): void {
    const changes = new Map(Object.entries(delta).map(([key, value]) => [key, jsonOf(key, value)]));
    for (const scope of scopes) this.#checkSize(scope, changes);
    for (const [key, json] of changes) this.#set(key, json);
  }

  /** The same, however large: another object had it. */
  takeOver(delta: StateDelta): void {
    for (const [key, value] of Object.entries(delta)) this.#set(key, jsonOf(key, value));
  }

  /** The entries of the scopes; keys keep their prefixes. */
  entriesOf(...scopes: readonly StateScope[]): Record<string, unknown> {
    const keys = [...this.#values.keys()].filter((key) => scopes.includes(scopeOf(key)));
    return Object.fromEntries(keys.map((key) => [key, this.get(key)]));
  }

  /**
   * Replaces the copy of a shared scope by the directory's.
   * @param pending keys whose values have not reached the directory: they stay as they are.
   */
  syncShared(
    scope: SharedScope,
    shared: Record<string, unknown>,
    pending: ReadonlySet<string>,
  ): void {
    for (const key of Object.keys(this.entriesOf(scope)))
      if (!Object.hasOwn(shared, key) && !pending.has(key)) this.#set(key, undefined);
    for (const [key, value] of Object.entries(shared)) {
      const json = JSON.stringify(value);
      if (!pending.has(key) && this.#values.get(key) !== json) this.#set(key, json);
    }
  }

  /** Deletes the `temp:` keys, at the end of a run. */
  dropTemporary(): void {
    for (const key of Object.keys(this.entriesOf("temp"))) this.#values.delete(key);
  }

  /** Call it together with `storage.deleteAll()`. */
  reset(): void {
    this.#values.clear();
  }

  #set(key: string, json: string | undefined): void {
    const persistent = scopeOf(key) !== "temp";
    if (json === undefined) {
      if (this.#values.delete(key) && persistent) this.#kv.delete(prefix + key);
      return;
    }
    this.#values.set(key, json);
    if (persistent) this.#kv.put(prefix + key, JSON.parse(json));
  }

  #checkSize(scope: StateScope, changes: ReadonlyMap<string, string | undefined>): void {
    const [key] = [...changes.keys()].filter((each) => scopeOf(each) === scope);
    if (key === undefined) return;
    const before = sizeOf(scope, this.#values);
    const after = sizeOf(scope, new Map([...this.#values, ...changes]));
    // What older versions stored may be larger: it may become smaller.
    const isFull = (of: keyof ScopeSize, most: number): boolean =>
      after[of] > most && after[of] > before[of];
    if (isFull("characters", maxScopeChars))
      throw full(key, after.characters, maxScopeChars, "characters");
    if (isFull("keys", maxScopeKeys)) throw full(key, after.keys, maxScopeKeys, "keys");
  }
}

const full = (key: string, count: number, most: number, of: string): ToolError =>
  new ToolError(
    `The state is full: with "${key}" its scope would have ${count} ${of}, and ${most} are kept. Nothing was changed; remove keys, or set smaller values.`,
  );

interface ScopeSize {
  readonly characters: number;
  readonly keys: number;
}

function sizeOf(scope: StateScope, values: ReadonlyMap<string, string | undefined>): ScopeSize {
  let [characters, keys] = [0, 0];
  for (const [key, json] of values) {
    if (scopeOf(key) !== scope || json === undefined) continue;
    characters += key.length + json.length;
    keys++;
  }
  return { characters, keys };
}

const scopes = ["session", "user", "app", "temp"] as const;

/** @throws ToolError naming the key and a value that JSON would lose. */
function jsonOf(key: string, value: unknown): string | undefined {
  const json = JSON.stringify(value, function (this: object, name: string, inner: unknown) {
    // `inner` is what `toJSON` made of it.
    const lossy = lossyValue(Reflect.get(this, name));
    if (lossy === undefined) return inner;
    throw new ToolError(`"${key}" was not set: it is or contains ${lossy}. Nothing was changed.`);
  }) as string | undefined;
  return json === "null" ? undefined : json;
}

const prefix = "state:";

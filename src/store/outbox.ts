/** Names of the changes that the directory has not acknowledged; they survive a restart of the object. */
import type { Kv, KvStorage } from "./kv.ts";

export class Outbox {
  readonly #kv: Kv;
  /** Maps a name to the number of its last change: a change during a delivery must stay pending. */
  readonly #names = new Map<string, number>();
  #changes = 0;

  constructor({ kv }: KvStorage) {
    this.#kv = kv;
    for (const [key] of kv.list({ prefix })) this.#names.set(key.slice(prefix.length), 0);
  }

  add(name: string): void {
    if (!this.#names.has(name)) this.#kv.put(prefix + name, true);
    this.#names.set(name, ++this.#changes);
  }

  /** The pending changes. Pass them to `acknowledge` once they are delivered. */
  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.#names);
  }

  acknowledge(delivered: ReadonlyMap<string, number>): void {
    for (const [name, change] of delivered)
      if (this.#names.get(name) === change) {
        this.#names.delete(name);
        this.#kv.delete(prefix + name);
      }
  }

  /** Call it together with `storage.deleteAll()`. */
  reset(): void {
    this.#names.clear();
  }
}

const prefix = "owed:";

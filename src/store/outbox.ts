/** What a conversation has yet to tell the directory, by name; it outlives a restart, and is settled when acknowledged. */
import type { Kv, KvStorage } from "./kv.ts";

export class Outbox {
  readonly #kv: Kv;
  /** Counts up at every change, so that what changed while it was being told stays owed. */
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

  /** As of now: hand it to `settle` once it was told. */
  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.#names);
  }

  acknowledge(told: ReadonlyMap<string, number>): void {
    for (const [name, change] of told)
      if (this.#names.get(name) === change) {
        this.#names.delete(name);
        this.#kv.delete(prefix + name);
      }
  }

  /** After the object's storage was emptied. */
  reset(): void {
    this.#names.clear();
  }
}

const prefix = "owed:";

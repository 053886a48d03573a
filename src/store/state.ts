/** The session state of a conversation, in its object's SQLite: one value of JSON for each key. */

export class StoredState {
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
  }

  get(key: string): unknown {
    return this.#kv.get(prefix + key);
  }

  set(key: string, value: unknown): void {
    this.#kv.put(prefix + key, value);
  }
}

const prefix = "state:";

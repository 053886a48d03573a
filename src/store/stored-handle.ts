/** The upstream resumption handle with the configuration it was issued for; survives a restart of the object. */

interface HandleRecord {
  readonly handle: string;
  /** The fingerprint of the agent's configuration. */
  readonly configuration: string;
  /** In ms since the epoch. */
  readonly at: number;
}

/** A handle is valid for two hours (Live API: session resumption). The margin covers the connect. */
const maxHandleAgeMs = 115 * 60_000;
const key = "resumption";

export class StoredHandle {
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
  }

  save(handle: string | undefined, configuration: string, now: number): void {
    if (handle === undefined) this.#kv.delete(key);
    else this.#kv.put<HandleRecord>(key, { handle, configuration, at: now });
  }

  /** @returns undefined without a handle, or if it is too old or was issued for another configuration. */
  load(configuration: string, now: number): string | undefined {
    const record = this.#kv.get<HandleRecord>(key);
    if (!record || record.configuration !== configuration || now - record.at > maxHandleAgeMs)
      return undefined;
    return record.handle;
  }
}

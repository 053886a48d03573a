/** What a session with the model may be resumed by, kept over restarts with what it was made for. */

interface HandleRecord {
  readonly handle: string;
  /** The agent's configuration that the session was set up with. */
  readonly configuration: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Handles live for two hours (Live API: session resumption); one that is nearly dead is not tried. */
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

  /** @returns undefined when there is none, or it is too old, or the agent has changed since. */
  load(configuration: string, now: number): string | undefined {
    const kept = this.#kv.get<HandleRecord>(key);
    if (!kept || kept.configuration !== configuration || now - kept.at > maxHandleAgeMs)
      return undefined;
    return kept.handle;
  }
}

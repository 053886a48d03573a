/** What is used of a Durable Object's synchronous key-value storage, so that a test may put its own in place. */

export interface Kv {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): boolean;
  list(options: { readonly prefix: string }): Iterable<[string, unknown]>;
}

/** Of an object's storage. */
export interface KvStorage {
  readonly kv: Kv;
}

/** The part of a Durable Object's synchronous key-value storage that the stores use; tests substitute it. */

export interface Kv {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): boolean;
  list(options: { readonly prefix: string }): Iterable<[string, unknown]>;
}

export interface KvStorage {
  readonly kv: Kv;
}

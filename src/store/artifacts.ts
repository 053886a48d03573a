/**
 * Files of a conversation, or of a user, in numbered versions (ADK: artifacts). Kept in pieces, since a row of SQLite
 * holds no more than 2 MB in a Durable Object.
 */
import { RpcTarget } from "cloudflare:workers";
import { hasTables, migrate } from "./schema-migrations.ts";

/** What is in it: words, or bytes of some kind. */
export interface Artifact {
  /** "" for words. */
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export interface ArtifactVersion {
  readonly name: string;
  /** From 0 on. */
  readonly version: number;
  readonly mimeType: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly metadata: Record<string, unknown>;
}

type ArtifactRow = {
  name: string;
  version: number;
  mime: string;
  created_ms: number;
  metadata: string;
};

const chunkBytes = 1024 * 1024;
/** All that one object keeps. */
const maxTotalArtifactBytes = 256 * 1024 * 1024;

export class ArtifactStore extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #tables: readonly string[];

  /** @param tables of the kind of object it is in. */
  constructor(storage: DurableObjectStorage, tables: readonly string[]) {
    super();
    this.#storage = storage;
    this.#tables = tables;
  }

  /** Keeps a new version. @returns undefined when there is no room for it; then nothing has changed. */
  save(
    name: string,
    { mimeType, bytes }: Artifact,
    metadata: Record<string, unknown> = {},
    created = Date.now(),
  ): ArtifactVersion | undefined {
    migrate(this.#storage, this.#tables);
    if (this.#size() + bytes.byteLength > maxTotalArtifactBytes) return undefined;
    const version = (this.versions(name).at(-1)?.version ?? -1) + 1;
    const kept = { name, version, mimeType, created, metadata };
    this.importVersion(kept, bytes);
    return kept;
  }

  /** Keeps a version of another object's. */
  importVersion(
    { name, version, mimeType, created, metadata }: ArtifactVersion,
    bytes: Uint8Array,
  ): void {
    migrate(this.#storage, this.#tables);
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(
        "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?, ?)",
        name,
        version,
        mimeType,
        created,
        JSON.stringify(metadata),
      );
      for (let at = 0; at * chunkBytes < bytes.byteLength; at++)
        this.#storage.sql.exec(
          "INSERT OR REPLACE INTO artifact_piece VALUES (?, ?, ?, ?)",
          name,
          version,
          at,
          bytes.slice(at * chunkBytes, (at + 1) * chunkBytes),
        );
    });
  }

  /** In alphabetical order. */
  names(): string[] {
    return this.#read<{ name: string }>("SELECT DISTINCT name FROM artifact ORDER BY name").map(
      ({ name }) => name,
    );
  }

  versions(name: string): ArtifactVersion[] {
    return this.#read<ArtifactRow>(
      "SELECT * FROM artifact WHERE name = ? ORDER BY version",
      name,
    ).map(({ mime, created_ms, metadata, ...rest }) => ({
      ...rest,
      mimeType: mime,
      created: created_ms,
      metadata: JSON.parse(metadata) as ArtifactVersion["metadata"],
    }));
  }

  /** @param version the newest unless said otherwise. */
  load(name: string, version?: number): Artifact | undefined {
    const all = this.versions(name);
    const found = version === undefined ? all.at(-1) : all.find((each) => each.version === version);
    if (!found) return undefined;
    const pieces = this.#read<{ data: ArrayBuffer }>(
      "SELECT data FROM artifact_piece WHERE name = ? AND version = ? ORDER BY piece",
      name,
      found.version,
    );
    return {
      mimeType: found.mimeType,
      bytes: concatBytes(pieces.map(({ data }) => new Uint8Array(data))),
    };
  }

  /** All versions. */
  remove(name: string): void {
    if (!this.#migrated()) return;
    for (const table of ["artifact", "artifact_piece"])
      this.#storage.sql.exec(`DELETE FROM ${table} WHERE name = ?`, name);
  }

  /** Everything is somewhere else. */
  deleteAll(): void {
    for (const name of this.names()) this.remove(name);
  }

  #size(): number {
    const [row] = this.#read<{ size: number | null }>(
      "SELECT SUM(LENGTH(data)) AS size FROM artifact_piece",
    );
    return row?.size ?? 0;
  }

  /** There are no tables before the first write: who asks leaves nothing. */
  #migrated(): boolean {
    if (!hasTables(this.#storage)) return false;
    migrate(this.#storage, this.#tables);
    return true;
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#migrated() ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

/** Pieces of bytes, one after the other. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

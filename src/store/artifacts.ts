/**
 * Stores the files of a conversation or a user in numbered versions (ADK: artifacts), split in chunks: a SQLite row of a
 * Durable Object is limited to 2 MB.
 */
import { RpcTarget } from "cloudflare:workers";
import { concatBytes } from "../wire/bytes.ts";
import { hasTables, migrate } from "./schema-migrations.ts";

export interface Artifact {
  /** "" for text. */
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export interface ArtifactVersion {
  readonly name: string;
  /** Starts at 0. */
  readonly version: number;
  readonly mimeType: string;
  /** In ms since the epoch. */
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
/** Limit for all artifacts of one Durable Object. */
const maxTotalArtifactBytes = 256 * 1024 * 1024;

/** An artifact store, called through a stub. */
export type RemoteArtifacts = {
  readonly [Method in "save" | "names" | "versions" | "load" | "remove"]: (
    ...args: Parameters<ArtifactStore[Method]>
  ) => Promise<ReturnType<ArtifactStore[Method]>>;
};

export class ArtifactStore extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #tables: readonly string[];

  /** @param tables the schema of the Durable Object that owns the storage. */
  constructor(storage: DurableObjectStorage, tables: readonly string[]) {
    super();
    this.#storage = storage;
    this.#tables = tables;
  }

  /** Stores a new version. @returns undefined if it exceeds the limit; nothing has changed then. */
  save(
    name: string,
    { mimeType, bytes }: Artifact,
    metadata: Record<string, unknown> = {},
    created = Date.now(),
  ): ArtifactVersion | undefined {
    migrate(this.#storage, this.#tables);
    if (this.#size() + bytes.byteLength > maxTotalArtifactBytes) return undefined;
    const version = (this.versions(name).at(-1)?.version ?? -1) + 1;
    const saved = { name, version, mimeType, created, metadata };
    this.importVersion(saved, bytes);
    return saved;
  }

  /** Stores a version of another object unchanged. */
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
      for (let index = 0; index * chunkBytes < bytes.byteLength; index++)
        this.#storage.sql.exec(
          "INSERT OR REPLACE INTO artifact_piece VALUES (?, ?, ?, ?)",
          name,
          version,
          index,
          bytes.slice(index * chunkBytes, (index + 1) * chunkBytes),
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

  /** @param version the default is the newest. */
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

  /** Deletes all versions. */
  remove(name: string): void {
    if (!this.#migrated()) return;
    for (const table of ["artifact", "artifact_piece"])
      this.#storage.sql.exec(`DELETE FROM ${table} WHERE name = ?`, name);
  }

  deleteAll(): void {
    for (const name of this.names()) this.remove(name);
  }

  #size(): number {
    const [row] = this.#read<{ size: number | null }>(
      "SELECT SUM(LENGTH(data)) AS size FROM artifact_piece",
    );
    return row?.size ?? 0;
  }

  /** The first write creates the tables: a read must leave no data in an object that has none. */
  #migrated(): boolean {
    if (!hasTables(this.#storage)) return false;
    migrate(this.#storage, this.#tables);
    return true;
  }

  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return this.#migrated() ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

/**
 * Stores the files of a conversation or a user in numbered versions (ADK: artifacts), split in chunks: a SQLite row of a
 * Durable Object is limited to 2 MB.
 */
import { RpcTarget } from "cloudflare:workers";
import { limits } from "../core/policy/limits.ts";
import { concatBytes } from "../wire/bytes.ts";
import { hasArtifactTables, makeArtifactTables } from "./schema-migrations.ts";

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
/** Limits for the artifacts of one Durable Object. Names, types and metadata count as well as contents. */
const maxTotalBytes = limits.artifactsBytes.value;
const maxVersions = limits.artifacts.value;
/** An artifact must fit into one RPC message (32 MiB), and so must the metadata of all versions of a name. */
const maxArtifactBytes = limits.artifactBytes.value;
const maxVersionsOfName = limits.artifactVersions.value;
const maxMetadataBytes = limits.artifactMetadata.value;
const maxTypeCharacters = 255;

/** An artifact without its contents, which are read chunk by chunk. */
export interface ArtifactOutline {
  readonly version: number;
  readonly mimeType: string;
  readonly chunks: number;
}

/** Why an artifact was not stored: a sentence for its author. */
interface ArtifactRefusal {
  readonly refusal: string;
}

type RemoteMethod =
  | "save"
  | "names"
  | "versions"
  | "version"
  | "versionNumbers"
  | "load"
  | "find"
  | "chunk"
  | "remove";

/** An artifact store of another object. */
export type RemoteArtifacts = {
  readonly [Method in RemoteMethod]: (
    ...args: Parameters<ArtifactStore[Method]>
  ) => Promise<ReturnType<ArtifactStore[Method]>>;
};

/** Its stub, as RPC returns it. */
export type ArtifactStub = RemoteArtifacts & Disposable;

/** Calls the store of another object. A stub that is not disposed keeps the store's object in use. */
export function remoteArtifacts(open: () => Promise<ArtifactStub>): RemoteArtifacts {
  const call = async <Result>(
    use: (store: RemoteArtifacts) => Promise<Result>,
  ): Promise<Result> => {
    using store = await open();
    return await use(store);
  };
  return {
    save: (...args) => call((store) => store.save(...args)),
    names: () => call((store) => store.names()),
    versions: (name) => call((store) => store.versions(name)),
    version: (...args) => call((store) => store.version(...args)),
    versionNumbers: (name) => call((store) => store.versionNumbers(name)),
    load: (...args) => call((store) => store.load(...args)),
    find: (...args) => call((store) => store.find(...args)),
    chunk: (...args) => call((store) => store.chunk(...args)),
    remove: (name) => call((store) => store.remove(name)),
  };
}

export class ArtifactStore extends RpcTarget {
  readonly #storage: DurableObjectStorage;
  readonly #tables: readonly string[];

  /** @param tables the schema of the Durable Object that owns the storage. */
  constructor(storage: DurableObjectStorage, tables: readonly string[]) {
    super();
    this.#storage = storage;
    this.#tables = tables;
  }

  /** Stores a new version, or nothing if that would exceed a limit. */
  save(
    name: string,
    { mimeType, bytes }: Artifact,
    metadata: Record<string, unknown> = {},
    created = Date.now(),
  ): ArtifactVersion | ArtifactRefusal {
    makeArtifactTables(this.#storage, this.#tables);
    const [{ count, next } = { count: 0, next: 0 }] = this.#read<{ count: number; next: number }>(
      "SELECT COUNT(*) AS count, IFNULL(MAX(version) + 1, 0) AS next FROM artifact WHERE name = ?",
      name,
    );
    const metadataBytes = utf8Length(JSON.stringify(metadata));
    const refusal = this.#refusal({ mimeType, bytes }, metadataBytes, count);
    if (refusal !== undefined) return { refusal };
    const version = next;
    const saved = { name, version, mimeType, created, metadata };
    this.importVersion(saved, bytes);
    return saved;
  }

  /** Stores a version of another object unchanged. */
  importVersion(
    { name, version, mimeType, created, metadata }: ArtifactVersion,
    bytes: Uint8Array,
  ): void {
    makeArtifactTables(this.#storage, this.#tables);
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

  versionNumbers(name: string): number[] {
    return this.#read<{ version: number }>(
      "SELECT version FROM artifact WHERE name = ? ORDER BY version",
      name,
    ).map(({ version }) => version);
  }

  versions(name: string): ArtifactVersion[] {
    return this.#described("name = ? ORDER BY version LIMIT ?", name, maxVersionsOfName);
  }

  /** @param version the default is the newest. */
  version(name: string, version?: number): ArtifactVersion | undefined {
    const [found] = this.#described(
      "name = ? AND version = IFNULL(?, version) ORDER BY version DESC LIMIT 1",
      name,
      version ?? null,
    );
    return found;
  }

  /** Earlier versions of the relay stored metadata of any size: what is too large is left out. */
  #described(condition: string, ...bindings: unknown[]): ArtifactVersion[] {
    return this.#read<ArtifactRow>(
      `SELECT name, version, mime, created_ms,
         CASE WHEN LENGTH(metadata) <= ? THEN metadata ELSE '{}' END AS metadata
       FROM artifact WHERE ${condition}`,
      maxMetadataBytes,
      ...bindings,
    ).map(({ mime, created_ms, metadata, ...rest }) => ({
      ...rest,
      mimeType: mime,
      created: created_ms,
      metadata: JSON.parse(metadata) as ArtifactVersion["metadata"],
    }));
  }

  /** @param version the default is the newest. */
  find(name: string, version?: number): ArtifactOutline | undefined {
    const [found] = this.#read<Pick<ArtifactRow, "version" | "mime"> & { chunks: number }>(
      `SELECT version, mime, (SELECT COUNT(*) FROM artifact_piece AS each
         WHERE each.name = artifact.name AND each.version = artifact.version) AS chunks
       FROM artifact WHERE name = ? AND version = IFNULL(?, version) ORDER BY version DESC LIMIT 1`,
      name,
      version ?? null,
    );
    return found && { version: found.version, mimeType: found.mime, chunks: found.chunks };
  }

  /** A part of the contents, of 1 MiB but for the last; undefined if it was deleted. */
  chunk(name: string, version: number, index: number): Uint8Array | undefined {
    const [piece] = this.#read<{ data: ArrayBuffer }>(
      "SELECT data FROM artifact_piece WHERE name = ? AND version = ? AND piece = ?",
      name,
      version,
      index,
    );
    return piece && new Uint8Array(piece.data);
  }

  /** @param version the default is the newest. */
  load(name: string, version?: number): Artifact | undefined {
    const found = this.find(name, version);
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
    if (!hasArtifactTables(this.#storage)) return;
    for (const table of ["artifact", "artifact_piece"])
      this.#storage.sql.exec(`DELETE FROM ${table} WHERE name = ?`, name);
  }

  deleteAll(): void {
    for (const name of this.names()) this.remove(name);
  }

  #refusal(
    { mimeType, bytes }: Artifact,
    metadataBytes: number,
    versionsOfName: number,
  ): string | undefined {
    if (bytes.byteLength > maxArtifactBytes)
      return `It has ${bytes.byteLength} bytes, and an artifact may have ${maxArtifactBytes}. Store it elsewhere, and save its address.`;
    if (metadataBytes > maxMetadataBytes)
      return `Its metadata has ${metadataBytes} bytes, and ${maxMetadataBytes} are kept. Save it as an artifact of its own.`;
    if (mimeType.length > maxTypeCharacters)
      return `Its media type has more than ${maxTypeCharacters} characters.`;
    if (versionsOfName >= maxVersionsOfName)
      return `There are ${maxVersionsOfName} versions of it. Delete the artifact, or save it under another name.`;
    const [{ size, versions } = { size: 0, versions: 0 }] = this.#read<{
      size: number;
      versions: number;
    }>(
      `SELECT (SELECT IFNULL(SUM(LENGTH(data)), 0) FROM artifact_piece)
            + (SELECT IFNULL(SUM(LENGTH(name) + LENGTH(mime) + LENGTH(metadata)), 0) FROM artifact) AS size,
              (SELECT COUNT(*) FROM artifact) AS versions`,
    );
    return size + bytes.byteLength + metadataBytes > maxTotalBytes || versions >= maxVersions
      ? "There is no room for it. Delete artifacts that are not needed."
      : undefined;
  }

  /** The first write creates the tables: a read must leave no data in an object that has none. */
  #read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row[] {
    return hasArtifactTables(this.#storage)
      ? this.#storage.sql.exec<Row>(query, ...bindings).toArray()
      : [];
  }
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).byteLength;

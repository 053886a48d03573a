/** The tables of artifacts, which an object makes when it stores the first one. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ArtifactStore } from "../../src/store/artifacts.ts";
import { DirectoryStore } from "../../src/store/directory-store.ts";
import { directoryTables } from "../../src/store/schema-migrations.ts";

/** Those of the tables of a directory that were made by the version before, in its words. */
const earlierTables = [
  `CREATE TABLE artifact (
     name       TEXT    NOT NULL,
     version    INTEGER NOT NULL,
     mime       TEXT    NOT NULL,
     created_ms INTEGER NOT NULL,
     metadata   TEXT    NOT NULL,
     PRIMARY KEY (name, version)
   ) STRICT`,
  `CREATE TABLE artifact_piece (
     name    TEXT    NOT NULL,
     version INTEGER NOT NULL,
     piece   INTEGER NOT NULL,
     data    BLOB    NOT NULL,
     PRIMARY KEY (name, version, piece)
   ) STRICT`,
];

const file = { mimeType: "text/x", bytes: new Uint8Array([1, 2]) };

const tablesOf = ({ sql }: DurableObjectStorage): unknown[] =>
  sql
    .exec("SELECT name FROM sqlite_master WHERE name LIKE 'artifact%'")
    .toArray()
    .map(({ name }) => name);

const inDirectory = (user: string, use: (storage: DurableObjectStorage) => void) =>
  runInDurableObject(
    env.DIRECTORY.getByName(JSON.stringify(["assistant", user])),
    (_, { storage }) => use(storage),
  );

describe("[RUN33] an object without artifacts has no tables for them", () => {
  it("its other tables come without them, a read makes none, and the first artifact makes them", () =>
    inDirectory("tables", (storage) => {
      new DirectoryStore(storage).changeState({ "user:likes": "tea" });
      const store = new ArtifactStore(storage, directoryTables);
      expect(store.names()).toEqual([]);
      expect(store.load("a")).toBeUndefined();
      store.remove("a");
      expect(tablesOf(storage)).toEqual([]);
      expect(store.save("a", file)).toMatchObject({ version: 0 });
      expect(tablesOf(storage)).toEqual(["artifact", "artifact_piece"]);
      expect(store.load("a")).toEqual(file);
    }));

  it("artifacts of an earlier version stay, and get further versions", () =>
    inDirectory("earlier", (storage) => {
      for (const statement of [...directoryTables.filter(Boolean), ...earlierTables])
        storage.sql.exec(statement);
      storage.kv.put("schema", 4);
      storage.sql.exec("INSERT INTO artifact VALUES ('a', 0, 'text/x', 0, '{}')");
      storage.sql.exec("INSERT INTO artifact_piece VALUES ('a', 0, 0, ?)", file.bytes);
      const store = new ArtifactStore(storage, directoryTables);
      expect(store.load("a")).toEqual(file);
      expect(store.save("a", file)).toMatchObject({ version: 1 });
      expect(store.versionNumbers("a")).toEqual([0, 1]);
    }));
});

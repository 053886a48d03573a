/**
 * The SQLite schemas of conversation and directory objects, as lists of statements. An object stores how many it has
 * executed, so statements may only be appended.
 */

/**
 * Made when the object's first artifact is saved: most objects have none, and each table costs memory and written rows.
 * Earlier versions made them with the others.
 */
const artifactTables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS artifact (
     name       TEXT    NOT NULL,
     version    INTEGER NOT NULL,
     mime       TEXT    NOT NULL,
     created_ms INTEGER NOT NULL,
     metadata   TEXT    NOT NULL,
     PRIMARY KEY (name, version)
   ) STRICT`,
  `CREATE TABLE IF NOT EXISTS artifact_piece (
     name    TEXT    NOT NULL,
     version INTEGER NOT NULL,
     piece   INTEGER NOT NULL,
     data    BLOB    NOT NULL,
     PRIMARY KEY (name, version, piece)
   ) STRICT`,
];

/** Stands for a statement of `artifactTables`, which an earlier version executed here. */
const madeWhenUsed = "";

export const conversationTables: readonly string[] = [
  `CREATE TABLE event (
     seq    INTEGER PRIMARY KEY,
     turn   INTEGER NOT NULL,
     at_ms  INTEGER NOT NULL,
     author TEXT    NOT NULL,
     json   TEXT    NOT NULL
   ) STRICT`,
  // The broadcaster's position when the event was recorded: parley-v1 clients resume from it.
  `ALTER TABLE event ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE event ADD COLUMN told INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE event ADD COLUMN sound_ms REAL NOT NULL DEFAULT 0`,
  // The utterance in progress, until its final events are recorded. Recovery copies the rows to the log.
  `CREATE TABLE draft (
     seq    INTEGER PRIMARY KEY,
     turn   INTEGER NOT NULL,
     at_ms  INTEGER NOT NULL,
     author TEXT    NOT NULL,
     json   TEXT    NOT NULL,
     epoch  INTEGER NOT NULL,
     told   INTEGER NOT NULL,
     sound_ms REAL  NOT NULL
   ) STRICT`,
  madeWhenUsed,
  madeWhenUsed,
];

export const directoryTables: readonly string[] = [
  `CREATE TABLE session (
     id         TEXT    PRIMARY KEY,
     created_ms INTEGER NOT NULL,
     updated_ms INTEGER NOT NULL,
     agent      TEXT    NOT NULL,
     title      TEXT    NOT NULL,
     turns      INTEGER NOT NULL,
     state      TEXT    NOT NULL
   ) STRICT`,
  `CREATE TABLE state (
     key  TEXT PRIMARY KEY,
     json TEXT NOT NULL
   ) STRICT`,
  madeWhenUsed,
  madeWhenUsed,
];

/** Whether the object has tables: an object without writes has none. */
export const hasTables = (storage: DurableObjectStorage): boolean =>
  storage.kv.get("schema") !== undefined;

/** Brings the object's database to the newest schema. Cheap if it is already there. */
export function migrate(storage: DurableObjectStorage, tables: readonly string[]): void {
  const version = storage.kv.get<number>("schema") ?? 0;
  if (version >= tables.length) return;
  storage.transactionSync(() => {
    for (const statement of tables.slice(version))
      if (statement !== madeWhenUsed) storage.sql.exec(statement);
    storage.kv.put("schema", tables.length);
  });
}

/** Whether the object has tables for artifacts. */
export const hasArtifactTables = (storage: DurableObjectStorage): boolean =>
  hasTables(storage) &&
  storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'artifact_piece'").toArray().length >
    0;

/** @param tables the other tables of the object. */
export function makeArtifactTables(storage: DurableObjectStorage, tables: readonly string[]): void {
  migrate(storage, tables);
  if (!hasArtifactTables(storage))
    storage.transactionSync(() => {
      for (const statement of artifactTables) storage.sql.exec(statement);
    });
}

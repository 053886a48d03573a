/** The conversation's tables, and how an older object's become today's. Only ever add to the list. */

const migrations: readonly string[] = [
  `CREATE TABLE event (
     seq    INTEGER PRIMARY KEY,
     turn   INTEGER NOT NULL,
     at_ms  INTEGER NOT NULL,
     author TEXT    NOT NULL,
     json   TEXT    NOT NULL
   ) STRICT`,
];

/** Brings the object's SQLite to the newest schema. Cheap when it already is. */
export function migrate(storage: DurableObjectStorage): void {
  const version = storage.kv.get<number>("schema") ?? 0;
  if (version >= migrations.length) return;
  storage.transactionSync(() => {
    for (const statement of migrations.slice(version)) storage.sql.exec(statement);
    storage.kv.put("schema", migrations.length);
  });
}

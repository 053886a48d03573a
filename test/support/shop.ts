/** The shop's database in this process: SQLite, like D1, filled by the same migrations and seed. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { products } from "../../src/agents/concierge/catalogue/products.ts";
import type { Database, Statement, SqlValue } from "../../src/agents/concierge/shop/database.ts";
import { seedOf } from "../../src/agents/concierge/shop/seed.ts";

const migration = new URL("../../migrations/0001_catalogue.sql", import.meta.url);

// oxlint-disable typescript/no-unnecessary-type-parameters -- as D1 types its rows

export function openShop(): Database {
  const sqlite = new DatabaseSync(":memory:");
  sqlite.exec(readFileSync(migration, "utf8"));
  for (const sql of seedOf(products()).statements()) sqlite.exec(sql);
  return databaseOver(sqlite);
}

export function databaseOver(sqlite: DatabaseSync): Database {
  const statement = (sql: string, values: SqlValue[]): Statement => ({
    bind: (...more) => statement(sql, more),
    all: async <Row>() => ({ results: sqlite.prepare(sql).all(...values) as Row[] }),
  });
  return {
    prepare: (sql) => statement(sql, []),
    batch: <Row>(statements: Statement[]) => Promise.all(statements.map((each) => each.all<Row>())),
  };
}

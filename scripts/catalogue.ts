/** The catalogue's migrations, and whether the local database is up to date. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { products } from "../src/agents/concierge/catalogue/products.ts";
import { seedOf } from "../src/agents/concierge/shop/seed.ts";

const folder = join(import.meta.dirname, "../migrations");

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** @returns the migrations, by ascending number. */
export const migrations = (): Migration[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));

/** Compares the version in a file beside the local database. Asking the database itself takes seconds. */
export function seededLocally(state: string): { file: string; version: string; done: boolean } {
  const file = join(state, "v3/d1/parley-catalogue");
  const version = [seedOf(products()).version, ...migrations().map(({ name }) => name)].join(" ");
  return { file, version, done: existsSync(file) && readFileSync(file, "utf8") === version };
}

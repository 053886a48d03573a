/** What has to be known of the catalogue before it is filled: its migrations, and whether it is up to date. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { products } from "../src/agents/concierge/catalogue/products.ts";
import { seedOf } from "../src/agents/concierge/shop/seed.ts";

const folder = join(import.meta.dirname, "../migrations");

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** In the order of their numbers. */
export const migrations = (): Migration[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));

/** A note beside the local database says what it was filled with: asking it itself would take seconds. */
export function seededLocally(state: string): { file: string; version: string; done: boolean } {
  const file = join(state, "v3/d1/parley-catalogue");
  const version = [seedOf(products()).version, ...migrations().map(({ name }) => name)].join(" ");
  return { file, version, done: existsSync(file) && readFileSync(file, "utf8") === version };
}

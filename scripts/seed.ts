/**
 * Fills the concierge's catalogue: applies migrations, then inserts the products if their version differs.
 *
 *   npm run seed                        the deployed database
 *   node scripts/seed.ts --local DIR    the local database, in the folder of `wrangler dev --persist-to DIR`
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getPlatformProxy, unstable_splitSqlQuery as statementsIn } from "wrangler";
import { products } from "../src/agents/concierge/catalogue/products.ts";
import type { Database } from "../src/agents/concierge/shop/database.ts";
import { seededVersion, seedOf } from "../src/agents/concierge/shop/seed.ts";
import { migrations, retryWhenLost, seededLocally } from "./catalogue.ts";
import { quiet } from "./wrangler-env.ts";

const name = "parley-catalogue";
const seed = seedOf(products());
const [where, folder = ".wrangler/state"] = process.argv.slice(2);

if (where === "--local") await retryWhenLost(() => fillLocal(folder)).catch(failLocally);
else if (where === undefined) fillDeployed();
else fail(`Unknown argument "${where}": there is --local DIR, or nothing.`);

function fail(message: string): never {
  console.error(`parley: ${message}`);
  process.exit(1);
}

function failLocally(error: unknown): never {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const reason = cause instanceof Error ? cause.message : message;
  return fail(
    `the concierge's catalogue could not be filled (${reason.split("\n")[0]}). Start again to repeat it.`,
  );
}

async function fillLocal(folder: string): Promise<void> {
  const proxy = await getPlatformProxy<{ CATALOGUE: Database }>({
    configPath: join(import.meta.dirname, "catalogue.toml"),
    persist: { path: join(folder, "v3") },
  });
  try {
    await fill(proxy.env.CATALOGUE);
    const stamp = seededLocally(folder);
    mkdirSync(dirname(stamp.file), { recursive: true });
    writeFileSync(stamp.file, stamp.version);
  } finally {
    await proxy.dispose();
  }
}

/** Records migrations in the table of `wrangler d1 migrations`: both tools can continue the work of the other. */
async function fill(database: Database): Promise<void> {
  await run(database, [
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  ]);
  const { results } = await database
    .prepare("SELECT name FROM d1_migrations")
    .all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const { name, sql } of migrations())
    if (!applied.has(name))
      await run(database, [
        ...statementsIn(sql),
        `INSERT INTO d1_migrations (name) VALUES ('${name}')`,
      ]);
  const { results: seeded } = await database.prepare(seededVersion).all<{ version: string }>();
  if (seeded[0]?.version !== seed.version) await run(database, seed.statements());
}

async function run(database: Database, statements: readonly string[]): Promise<void> {
  await database.batch(statements.map((sql) => database.prepare(sql)));
}

function fillDeployed(): void {
  wrangler("migrations", "apply", name, "--remote");
  const folder = mkdtempSync(join(tmpdir(), "parley-seed-"));
  try {
    const file = join(folder, "seed.sql");
    writeFileSync(file, `${seed.statements().join(";\n")};\n`);
    wrangler("execute", name, "--remote", "--yes", `--file=${file}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function wrangler(...args: string[]): void {
  execFileSync(process.execPath, ["node_modules/wrangler/bin/wrangler.js", "d1", ...args], {
    stdio: "inherit",
    env: { ...process.env, ...quiet, CI: "1" },
  });
}

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

/** Each attempt starts a runtime, which takes seconds: together at most about a minute on a busy machine. */
const maxAttempts = 5;

/**
 * Runs the work again while the connection to the local runtime is lost: on a busy machine the runtime may close it, or
 * restart, between two requests. The work must be safe to repeat.
 *
 * @throws the error of the last attempt, or at once one that another attempt would not mend.
 */
export async function retryWhenLost(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      // Each attempt waits for the one before it.
      // oxlint-disable-next-line no-await-in-loop
      return await work();
    } catch (error) {
      if (attempt === maxAttempts || !isLostConnection(error)) throw error;
    }
}

const lostCodes = new Set(["UND_ERR_SOCKET", "ECONNRESET", "ECONNREFUSED", "EPIPE"]);

/** `fetch` reports a TypeError, whose cause has the code. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error &&
  (lostCodes.has(String((error as NodeJS.ErrnoException).code)) || isLostConnection(error.cause));

/** Compares the version in a file beside the local database. Asking the database itself takes seconds. */
export function seededLocally(state: string): { file: string; version: string; done: boolean } {
  const file = join(state, "v3/d1/parley-catalogue");
  const version = [seedOf(products()).version, ...migrations().map(({ name }) => name)].join(" ");
  return { file, version, done: existsSync(file) && readFileSync(file, "utf8") === version };
}

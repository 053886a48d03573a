/**
 * Runs the tests in Firefox and WebKitGTK, where they are installed: in both, or in those that the arguments name.
 *
 * Prints a line for each engine that is not, and skips its tests; with REQUIRE_ENGINES=1 it fails instead.
 * Passes its options to `vitest run`.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { engines } from "../test/engines/support/engines.ts";

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const named = engines.filter(({ name }) => args.includes(name));
const chosen = named.length > 0 ? named : engines;
const installed = chosen.filter(({ missing }) => missing === undefined);
const required = process.env["REQUIRE_ENGINES"] === "1";

if (required && installed.length < chosen.length) process.exitCode = 1;
else if (installed.length > 0) {
  const names = named.map(({ name }) => name).join("|");
  const options = args.filter((arg) => !named.some(({ name }) => name === arg));
  run("scripts/build-client.ts");
  run(
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project=engines",
    ...options,
    ...(named.length > 0 ? [`--testNamePattern=^engines > (${names}) > `] : []),
  );
}
for (const { missing } of chosen)
  if (missing) console.error(`${required ? "failed" : "skipped"}: ${missing}`);

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

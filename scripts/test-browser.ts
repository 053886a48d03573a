/**
 * Finds a Chromium and runs the browser tests in it.
 *
 * Without one it prints a line and skips the tests; with REQUIRE_BROWSER=1 it fails instead.
 * Passes its arguments to `playwright test`.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findChromium } from "../test/support/chromium.ts";

const root = join(import.meta.dirname, "..");

const found = findChromium();

if (found) {
  run("scripts/build-client.ts");
  run("node_modules/@playwright/test/cli.js", "test", ...process.argv.slice(2));
} else {
  const required = process.env["REQUIRE_BROWSER"] === "1";
  console.error(
    `${required ? "failed" : "skipped"}: no Chromium. Install Debian's chromium, or set CHROMIUM_PATH to one.`,
  );
  process.exitCode = required ? 1 : 0;
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CHROMIUM_PATH: found },
  });
  if (status !== 0) process.exit(status ?? 1);
}

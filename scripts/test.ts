/**
 * `npm test` and `npm run test:full`: runs suites and prints one line for each, and the whole output of those that fail.
 *
 * Suites that only compute run two at a time. Speech and sound are real time: their suites have the machine to themselves.
 * Exits with 1 when a suite fails, after all have run.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { runSuite, type Result } from "./test/run-suite.ts";
import { suites, type Suite } from "./test/suites.ts";

const [which = "quick"] = process.argv.slice(2);
const chosen = suites[which as keyof typeof suites];
if (!chosen) {
  console.error(`parley: There is no run "${which}": there are ${Object.keys(suites).join(", ")}.`);
  process.exit(1);
}

const results: Result[] = [];
const begun = performance.now();
execFileSync(process.execPath, [join(import.meta.dirname, "build-client.ts")], {
  stdio: "inherit",
});
const queue = chosen.filter(({ alone }) => !alone);
await Promise.all([1, 2].map(() => runAll(() => queue.shift())));
const rest = chosen.filter(({ alone }) => alone);
await runAll(() => rest.shift());

const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(`\n${seconds(performance.now() - begun)} in all.`);
if (failed.length > 0) console.log(`Failed: ${failed.join(", ")}. Their output is above.`);
console.log(`${sum(({ passed }) => passed)} passed, ${sum((result) => result.failed)} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runAll(next: () => Suite | undefined): Promise<void> {
  for (let suite = next(); suite; suite = next()) report(await runSuite(suite));
}

function report(result: Result): void {
  results.push(result);
  const { name, ok, ms, summary, output } = result;
  if (!ok) console.log(`\n${output.trim()}\n`);
  const count = `[${results.length}/${chosen?.length}]`;
  console.log(
    `${count} ${name} … ${[ok ? summary : `FAILED: ${summary}`, seconds(ms)].join(", ")}`,
  );
}

function sum(count: (result: Result) => number): number {
  return results.reduce((total, result) => total + count(result), 0);
}

function seconds(ms: number): string {
  const all = Math.round(ms / 1000);
  return all < 120 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`;
}

/**
 * `npm run probe`: compares Google's Live API, or another one, with the emulator's profile of it.
 * Exits with 0 if all cases agree, 1 if one differs or was skipped, 2 if nothing was sent.
 */
import { startEmulator } from "../src/emulator/node/start.ts";
import { refusals, turns } from "./probe/cases.ts";
import { estimate } from "./probe/cost.ts";
import { help, readOptions } from "./probe/options.ts";
import type { Options } from "./probe/options.ts";
import { probe } from "./probe/probe.ts";
import { isLocal } from "./probe/target.ts";
import { onVertexOnly, unknowns } from "./probe/unknowns.ts";

const google = "https://generativelanguage.googleapis.com";

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(help);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}

async function run(options: Options): Promise<number> {
  const cases = selectCases(options);
  if (options.list) {
    for (const { name, claim } of cases) console.log(`${name.padEnd(20)} ${claim}`);
    return 0;
  }
  if (options.against === "emulator") return probeEmulator(options);
  const base = options.against === "google" ? google : options.against;
  if (isLocal(base)) return probeService(options, base, process.env["GEMINI_API_KEY"] ?? "local");
  const key = process.env["GEMINI_API_KEY"] ?? "";
  if (key === "") throw new Error("There is no key: set GEMINI_API_KEY.");
  console.log(describeCost(options));
  if (options.yes) return probeService(options, base, key);
  console.log("Nothing was sent. Add --yes to run the cases.");
  return 2;
}

async function probeEmulator(options: Options): Promise<number> {
  const emulator = await startEmulator({ seed: 1 });
  try {
    return await probeService(options, emulator.url, "local");
  } finally {
    await emulator.close();
  }
}

async function probeService(options: Options, base: string, key: string): Promise<number> {
  const { model, prices } = options;
  console.log(`${model} at ${new URL(base).host}, against the emulator's profile of it:`);
  const { differed, skipped } = await probe({
    target: { base, key, model },
    cases: selectCases(options),
    prices,
    // A key may allow few concurrent sessions; the emulator allows many.
    concurrency: isLocal(base) ? 6 : 1,
    budget: isLocal(base) ? Number.POSITIVE_INFINITY : options.budget,
    print: (line) => console.log(line),
  });
  for (const question of onVertexOnly) console.log(`  not tested ${question}.`);
  return differed.length > 0 || skipped.length > 0 ? 1 : 0;
}

function selectCases({ only, long }: Options) {
  const all = [...refusals, ...turns, ...unknowns];
  const unknown = only?.find((name) => !all.some((it) => it.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no case "${unknown}"; --list prints all cases.`);
  return all.filter((it) => only?.includes(it.name) ?? (long || it.long !== true));
}

function describeCost(options: Options): string {
  const cases = selectCases(options);
  const maxCost = cases.reduce((sum, it) => sum + estimate(it, options.prices), 0);
  return (
    `${cases.length} cases, at most $${maxCost.toFixed(2)} at $${options.prices.sent} and $${options.prices.received} a million tokens ` +
    `of audio sent and received (check your model's prices), and never more than about the budget of $${options.budget.toFixed(2)}.`
  );
}

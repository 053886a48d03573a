/**
 * `npm run test:mutations [-- identity LIMIT7 …]`: takes each protection out of a copy of the source, by a mutation of
 * `test/mutations`, and expects the tests of its rules to fail. Without the mutation they must pass.
 *
 * Exits with 1 when a test passes without what it is there for.
 */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mutations } from "../test/mutations/all.ts";
import type { Mutation } from "../test/mutations/mutation.ts";

/** One run of one test file. */
const limitMs = 240_000;
/** A test that hangs without the protection need not hang for long. */
const impatient = ["--testTimeout=6000", "--hookTimeout=6000"];
const root = dirname(import.meta.dirname);

type Outcome = ReadonlyMap<string, "passed" | "failed">;

const wanted = process.argv.slice(2);
const chosen = Object.entries(mutations).flatMap(([subject, list]) =>
  list.filter(
    ({ rules }) => wanted.length === 0 || [subject, ...rules].some((name) => wanted.includes(name)),
  ),
);
const queue = chosen.map((mutation, index) => ({ mutation, index }));
const unmutated = new Map<string, Promise<Outcome>>();
const complaints: string[] = [];
await Promise.all([copySource(), copySource()].map(work));
for (const complaint of complaints) console.log(complaint);
console.log(`${chosen.length - complaints.length} passed, ${complaints.length} failed`);
process.exitCode = complaints.length > 0 ? 1 : 0;

async function work(folder: string): Promise<void> {
  try {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { mutation, index } = next;
      const complaint = await judge(folder, mutation);
      const name = `${mutation.rules.join(", ")} without a part of ${mutation.file}`;
      console.log(`[${index + 1}/${chosen.length}] ${name} … ${complaint ?? "fails, as it must"}`);
      if (complaint) complaints.push(`${name}: ${complaint}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns a complaint, if there is one. */
async function judge(folder: string, mutation: Mutation): Promise<string | undefined> {
  const source = readFileSync(join(root, mutation.file), "utf8");
  const parts = source.split(mutation.find);
  if (parts.length !== 2)
    return `"${mutation.find}" occurs ${parts.length - 1} times in ${mutation.file}`;
  const before = await unmutatedOutcome(folder, mutation.test);
  const path = join(folder, mutation.file);
  writeFileSync(path, parts.join(mutation.replace));
  const after = await runTests(folder, mutation.test, mutation.rules);
  writeFileSync(path, source);
  const wrong = mutation.rules.flatMap((rule) => {
    if (before.get(rule) !== "passed")
      return [`[${rule}] ${before.get(rule) ?? "is not there"} with it`];
    return after.get(rule) === "failed"
      ? []
      : [`[${rule}] ${after.get(rule) ?? "did not run"} without it`];
  });
  return wrong.length > 0 ? wrong.join("; ") : undefined;
}

/** Each test file runs once with the source as it is, with all rules that a mutation wants to fail. */
function unmutatedOutcome(folder: string, test: string): Promise<Outcome> {
  const known = unmutated.get(test);
  if (known) return known;
  const rules = chosen
    .filter((mutation) => mutation.test === test)
    .flatMap((mutation) => mutation.rules);
  const outcome = runTests(folder, test, rules);
  unmutated.set(test, outcome);
  return outcome;
}

/** @returns how each rule's tests ended: one that failed counts for all. */
async function runTests(folder: string, test: string, rules: readonly string[]): Promise<Outcome> {
  const [project = "", file = ""] = test.split(" ");
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const pattern = rules.map((rule) => `\\[${rule}\\]`).join("|");
  // The first failure says enough of one rule; with a mutation, each test may run into its time limit.
  const bail = new Set(rules).size === 1 ? ["--bail=1"] : [];
  const args = [vitest, "run", "--project", project, file, "-t", pattern, ...bail, ...impatient];
  const output = await new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      [...args, "--reporter=json", `--outputFile=${report}`],
      { cwd: folder, timeout: limitMs, killSignal: "SIGKILL", maxBuffer: 1e9 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    ),
  );
  const outcome = new Map<string, "passed" | "failed">();
  for (const { fullName, status } of readReport(report, output))
    for (const rule of rules)
      if (fullName.includes(`[${rule}]`) && (status === "passed" || status === "failed"))
        if (outcome.get(rule) !== "failed") outcome.set(rule, status);
  return outcome;
}

function readReport(report: string, output: string): { fullName: string; status: string }[] {
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: { assertionResults: { fullName: string; status: string }[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    console.log(output);
    return [];
  }
}

/** @returns a folder with the files that git knows or would add, and a link to the packages. */
function copySource(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-mutations-"));
  const files = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 1e8,
    },
  );
  for (const file of files.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

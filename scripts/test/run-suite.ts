/** Runs one suite in a process of its own and reads its report. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Suite } from "./suites.ts";

export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly ms: number;
  /** As in "150 files, 812 tests". */
  readonly summary: string;
  /** All that the suite printed. */
  readonly output: string;
}

interface Counts {
  readonly files: number;
  readonly passed: number;
  readonly failed: number;
}

export async function runSuite(suite: Suite): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));
  const file = join(folder, "report.json");
  const begun = performance.now();
  const { code, output } = await run([...suite.args, ...reporters(suite, file)], file);
  const ms = performance.now() - begun;
  const report = read(file);
  rmSync(folder, { recursive: true });
  return { ...resultOf(suite, code, report, output), ms };
}

/** Vitest and Playwright write a report beside their usual output. */
function reporters({ kind }: Suite, file: string): string[] {
  if (kind === "vitest")
    return ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  return kind === "playwright" ? ["--reporter=list,json"] : [];
}

async function run(args: string[], report: string): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1", FORCE_COLOR: "0" }),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, output };
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param report absent when the suite wrote none: it is a check, it was skipped, or it broke. */
export function resultOf(
  { name, kind }: Suite,
  code: number,
  report: unknown,
  output: string,
): Omit<Result, "ms"> {
  if (report === undefined) {
    const ok = code === 0;
    const isSkipped = ok && kind !== "check";
    const summary = isSkipped ? lastLine(output) : ok ? "ok" : `exit code ${code}`;
    return { name, ok, output, passed: ok && !isSkipped ? 1 : 0, failed: ok ? 0 : 1, summary };
  }
  const counts = kind === "vitest" ? vitestCounts(report) : playwrightCounts(report);
  // A filter that matches no test must not pass for a success.
  const ok = code === 0 && counts.passed > 0;
  // A file that does not load fails without a test.
  const failed = ok ? 0 : Math.max(1, counts.failed);
  const failures = failed > 0 ? `, ${failed} failed` : "";
  const summary = `${plural(counts.files, "file")}, ${plural(counts.passed + counts.failed, "test")}${failures}`;
  return { name, ok, output, passed: counts.passed, failed, summary };
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";

function vitestCounts(report: unknown): Counts {
  const { numPassedTests, numFailedTests, testResults } = report as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  };
  // A filter skips whole files: these do not count.
  const files = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" || assertionResults.some((test) => test.status === "passed"),
  );
  return { files: files.length, passed: numPassedTests, failed: numFailedTests };
}

function playwrightCounts(report: unknown): Counts {
  const { stats, suites } = report as {
    stats: { expected: number; flaky: number; unexpected: number };
    suites: { file: string }[];
  };
  const files = new Set(suites.map(({ file }) => file)).size;
  return { files, passed: stats.expected + stats.flaky, failed: stats.unexpected };
}

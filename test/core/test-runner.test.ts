/** The runner of `npm test` reads the reports of Vitest and Playwright, and takes no empty run for a success. */
import { describe, expect, it } from "vitest";
import { resultOf } from "../../scripts/test/run-suite.ts";

const check = { name: "types", kind: "check", args: [] } as const;
const vitest = { name: "core", kind: "vitest", args: [] } as const;
const playwright = { name: "browser", kind: "playwright", args: [] } as const;

const file = (status: string) => ({
  status: status === "failed" ? "failed" : "passed",
  assertionResults: [{ status }],
});

describe("the result of a suite", () => {
  it("counts files and tests of Vitest, without files that a filter skips", () => {
    const testResults = [file("passed"), file("passed"), file("skipped")];
    const report = { numPassedTests: 8, numFailedTests: 0, testResults };
    expect(resultOf(vitest, 0, report, "")).toMatchObject({
      ok: true,
      passed: 8,
      summary: "2 files, 8 tests",
    });
  });

  it("counts files and tests of Playwright, a retried test once", () => {
    const suites = [{ file: "a.test.ts" }, { file: "a.test.ts" }];
    const report = { stats: { expected: 2, flaky: 1, unexpected: 1 }, suites };
    expect(resultOf(playwright, 1, report, "")).toMatchObject({
      ok: false,
      passed: 3,
      failed: 1,
      summary: "1 file, 4 tests, 1 failed",
    });
  });

  it("fails if a file does not load, and if no test matches", () => {
    const broken = { numPassedTests: 3, numFailedTests: 0, testResults: [file("failed")] };
    expect(resultOf(vitest, 1, broken, "")).toMatchObject({ ok: false, passed: 3, failed: 1 });
    const empty = { numPassedTests: 0, numFailedTests: 0, testResults: [file("skipped")] };
    expect(resultOf(vitest, 0, empty, "")).toMatchObject({ ok: false, failed: 1 });
  });

  it("says why a suite was skipped, and counts nothing for it", () => {
    const output = "…\nskipped: no Chromium. Install one.\n";
    expect(resultOf(playwright, 0, undefined, output)).toMatchObject({
      ok: true,
      passed: 0,
      failed: 0,
      summary: "skipped: no Chromium. Install one.",
    });
  });

  it("counts a check as one", () => {
    expect(resultOf(check, 0, undefined, "")).toMatchObject({ ok: true, passed: 1, summary: "ok" });
    expect(resultOf(check, 2, undefined, "")).toMatchObject({
      ok: false,
      failed: 1,
      summary: "exit code 2",
    });
  });
});

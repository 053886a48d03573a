/** `npm run test:engines` on a machine that has no browser. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

function testEngines(args: readonly string[], env: NodeJS.ProcessEnv) {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/test-engines.ts", ...args], {
    cwd: new URL("../..", import.meta.url),
    env: { ...env, PATH: "" },
    encoding: "utf8",
  });
  return { status, lines: stderr.trim().split("\n") };
}

it("[ENGINE5] names each engine that is not installed, with its packages", () => {
  const { status, lines } = testEngines([], {});
  expect(status).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(
      /^skipped: Firefox .*firefox-esr.* not found.*: apt-get install firefox-esr pulse/,
    ),
    expect.stringMatching(
      /^skipped: WebKitGTK .*WebKitWebDriver.* not found.*: apt-get install webkit2gtk-driver/,
    ),
  ]);
  expect(testEngines(["WebKitGTK"], {}).lines).toEqual([expect.stringMatching(/WebKitGTK/)]);
});

it("[ENGINE5] fails with REQUIRE_ENGINES=1 without an engine", () => {
  const { status, lines } = testEngines(["Firefox"], { REQUIRE_ENGINES: "1" });
  expect(status).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/^failed: Firefox /)]);
});

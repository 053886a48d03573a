/** The concierge's local catalogue, filled while the machine is busy. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { retryWhenLost } from "../../scripts/catalogue.ts";

/** As `fetch` of Node reports it. */
const lost = (code: string): Error =>
  new TypeError("fetch failed", {
    cause: Object.assign(new Error("other side closed"), { code }),
  });

/** @returns how often the work was tried. */
async function attempts(...errors: readonly Error[]): Promise<number> {
  let count = 0;
  await retryWhenLost(() => {
    const error = errors[count++];
    return error ? Promise.reject(error) : Promise.resolve();
  }).catch((error: unknown) => expect(error).toBe(errors[count - 1]));
  return count;
}

describe("[START16] the catalogue is filled again when the connection to the database is lost", () => {
  it.each(["UND_ERR_SOCKET", "ECONNRESET", "ECONNREFUSED", "EPIPE"])("%s", async (code) => {
    expect(await attempts(lost(code), lost(code))).toBe(3);
  });

  it("at most five times", async () => {
    expect(await attempts(...Array.from({ length: 9 }, () => lost("UND_ERR_SOCKET")))).toBe(5);
  });

  it("not after an error of the database", async () => {
    expect(await attempts(new Error("D1_ERROR: no such table"))).toBe(1);
  });

  it("a failure is one sentence", () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-catalogue-"));
    writeFileSync(join(folder, "v3"), "a file, where the database's folder should be");
    const script = join(import.meta.dirname, "../../scripts/seed.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--local", folder], {
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^parley: the concierge's catalogue could not be filled \(.+\)\. Start again to repeat it\.\n$/u,
    );
  }, 30_000);
});

/** A run of `npm run bench` that ends before its time. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "parley-bench-test-"));
let bench: ChildProcess | undefined;

afterEach(() => {
  bench?.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes of this run: each inherits its folder for temporary files. */
const processes = (): string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/environ`, "utf8").includes(`TMPDIR=${folder}`) &&
        !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
      );
    } catch {
      return false;
    }
  });

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 50));
}

it.skipIf(process.platform !== "linux").each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "[BENCH3] %s leaves no process, and a signal that can be handled no temporary file",
  async (signal) => {
    const args = ["bench/compare.ts", "--quick", "--works=1x20", "--only=floor"];
    bench = spawn(process.execPath, args, {
      cwd: root,
      stdio: "ignore",
      env: { ...process.env, TMPDIR: folder },
    });
    const ended = once(bench, "exit");
    // The bench, its upstream and workerd.
    await until(() => processes().length >= 3);
    bench.kill(signal);
    await ended;
    await until(() => processes().length === 0);
    if (signal !== "SIGKILL") expect(readdirSync(folder)).toEqual([]);
  },
);

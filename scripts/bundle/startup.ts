/**
 * The CPU that a bundle costs before the Worker's first request: to compile and to evaluate its modules.
 *
 * Measured in fresh processes of Node, whose engine is workerd's, because workerd's own clocks stand still meanwhile.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const runs = 9;

/** @param file the bundle, an ES module. @returns the median of nine processes, in ms. */
export function startupCpuMs(file: string): number {
  const sorted = Array.from({ length: runs }, () => oneRun(file)).toSorted((a, b) => a - b);
  return sorted[Math.floor(runs / 2)] ?? Number.NaN;
}

const oneRun = (file: string): number =>
  Number(
    execFileSync(process.execPath, [...flags, join(import.meta.dirname, "evaluate.ts"), file], {
      encoding: "utf8",
    }),
  );

const flags = [
  "--experimental-vm-modules",
  "--no-warnings",
  // As in the Worker: libraries must not compile code of their own.
  "--disallow-code-generation-from-strings",
];

/**
 * The CPU that a bundle costs before the Worker's first request: to compile and to evaluate its modules.
 *
 * Measured in fresh processes of Node, whose engine is workerd's, because workerd's own clocks stand still meanwhile.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const runs = 9;

/** In ms. */
export interface StartupCpu {
  readonly compilation: number;
  readonly evaluation: number;
}

/** @param file the bundle, an ES module. @returns the median of nine processes, by the sum. */
export function startupCpu(file: string): StartupCpu {
  const sum = ({ compilation, evaluation }: StartupCpu): number => compilation + evaluation;
  const sorted = Array.from({ length: runs }, () => oneRun(file)).toSorted(
    (a, b) => sum(a) - sum(b),
  );
  return sorted[Math.floor(runs / 2)] ?? { compilation: Number.NaN, evaluation: Number.NaN };
}

const oneRun = (file: string): StartupCpu =>
  JSON.parse(
    execFileSync(process.execPath, [...flags, join(import.meta.dirname, "evaluate.ts"), file], {
      encoding: "utf8",
    }),
  ) as StartupCpu;

const flags = [
  "--experimental-vm-modules",
  "--no-warnings",
  // As in the Worker: libraries must not compile code of their own.
  "--disallow-code-generation-from-strings",
];

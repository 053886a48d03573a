/** Time and memory of processes, from Linux's /proc. */
import { readFileSync } from "node:fs";

/** Clock ticks of /proc: 100 a second on every Linux. */
const tickMs = 10;

/** Processor time that a process has used, in ms; 0 for pid 0. */
export function processTimeMs(pid: number): number {
  if (pid === 0) return 0;
  // The name, in parentheses, may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Resident memory of a process, in kB; 0 for pid 0. */
export function memoryKB(pid: number): number {
  if (pid === 0) return 0;
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** Processor time that the whole machine has used, in ms of one processor. */
export function machineTimeMs(): number {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "").split(/\s+/);
  const [user, nice, system, , , irq, softirq] = fields.map(Number);
  return (
    [user, nice, system, irq, softirq].reduce<number>((sum, each) => sum + (each ?? 0), 0) * tickMs
  );
}

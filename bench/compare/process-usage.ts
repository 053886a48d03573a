/** Time and memory of processes, from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of /proc: 100 a second on every Linux. */
const tickMs = 10;

/**
 * Processor time that the threads of a process have used, in ms, exact to the ns. The kernel's work for their sockets is
 * included, which the ticks of /proc/PID/stat leave out.
 */
export function processTimeMs(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ran] = readIfThere(`/proc/${pid}/task/${thread}/schedstat`).split(" ");
    ns += Number(ran);
  }
  return ns / 1e6;
}

/** A thread may end meanwhile. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "0";
  }
}

/** Resident memory of a process, in kB. */
export function memoryKB(pid: number): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/**
 * Time that the machine's processors were idle, summed, in ms. It is exact where the kernel stops the tick of an idle
 * processor; the busy times of /proc/stat are sampled.
 */
export function machineIdleMs(): number {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "").split(/\s+/);
  const [, , , idle = 0, iowait = 0] = fields.map(Number);
  return (idle + iowait) * tickMs;
}

/** Resident memory of the Worker's process. Socket buffers are in no heap, so heap sizes do not show them. */
import { execFileSync } from "node:child_process";

/** @param root process id of `npm start`. @returns the resident memory of its workerd processes, in MiB. */
export function workerMemory(root: number): number {
  const processes = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,comm="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, rss, name]) => ({
      pid: Number(pid),
      parent: Number(parent),
      rss: Number(rss),
      name,
    }));
  const family = new Set([root]);
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  const workers = processes.filter(({ pid, name }) => family.has(pid) && name?.includes("workerd"));
  return workers.reduce((sum, { rss }) => sum + rss, 0) / 1024;
}

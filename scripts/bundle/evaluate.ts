/** `node evaluate.ts FILE`: prints the CPU times, in ms, of compiling and of evaluating a Worker's bundle. */
import { readFileSync } from "node:fs";
import { SourceTextModule, SyntheticModule, type Module } from "node:vm";

const source = readFileSync(process.argv[2] ?? "", "utf8");
const before = process.cpuUsage();
const bundle = new SourceTextModule(source);
const compiled = process.cpuUsage(before);
await bundle.link(standIn);
await bundle.evaluate();
const total = msOf(process.cpuUsage(before));
const compilation = msOf(compiled);
console.log(JSON.stringify({ compilation, evaluation: total - compilation }));

function msOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** Stands in for `cloudflare:workers`, whose classes a bundle extends. */
function standIn(): Module {
  const names = ["DurableObject", "RpcTarget", "WorkerEntrypoint", "env", "exports"];
  const exported = new SyntheticModule(names, () => {
    for (const name of names) exported.setExport(name, Object);
  });
  return exported;
}

/** `node evaluate.ts FILE`: prints the CPU time, in ms, of compiling and evaluating a Worker's bundle. */
import { readFileSync } from "node:fs";
import { SourceTextModule, SyntheticModule, type Module } from "node:vm";

const source = readFileSync(process.argv[2] ?? "", "utf8");
const before = process.cpuUsage();
const bundle = new SourceTextModule(source);
await bundle.link(standIn);
await bundle.evaluate();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);

/** Stands in for `cloudflare:workers`, whose classes a bundle extends. */
function standIn(): Module {
  const names = ["DurableObject", "RpcTarget", "WorkerEntrypoint", "env", "exports"];
  const exported = new SyntheticModule(names, () => {
    for (const name of names) exported.setExport(name, Object);
  });
  return exported;
}

/** The machine and the versions that figures depend on, in a sentence. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

const versionOf = (name: string): string =>
  (
    JSON.parse(
      readFileSync(join(import.meta.dirname, "../../node_modules", name, "package.json"), "utf8"),
    ) as { version: string }
  ).version;

export const describeMachine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; ` +
  `workerd ${versionOf("workerd")}, Node ${process.versions.node}, ws ${versionOf("ws")}; ` +
  new Date().toISOString().slice(0, 10);

/** ADK's own server in Python, in a virtual environment that the bench makes at its first run. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { install, missing, python, pythonProgram } from "../../test/clients/support/languages.ts";
import { startChild } from "../child.ts";
import type { Relay } from "./relay.ts";

const folder = join(import.meta.dirname, "adk-python");
const server = pythonProgram({
  project: "google-adk",
  cwd: folder,
  requirements: join(folder, "requirements.txt"),
  environment: join(folder, ".venv"),
  script: join(folder, "server.py"),
});

/** Installs it where it is not. @returns why it can not run, in words. */
export function prepareAdkPython(): string | undefined {
  const lack = missing(server);
  if (lack === undefined) return undefined;
  if (lack !== "not installed") return lack;
  if (spawnSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]).status !== 0)
    return `${python} is older than 3.10`;
  process.stderr.write(`installs ${server.name}, once\n`);
  const failed = install(server);
  return failed === undefined ? undefined : `it could not be installed: ${lastLine(failed)}`;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

export async function startAdkPython(upstream: string): Promise<Relay> {
  const { command, args } = server.start("");
  const child = startChild([command, ...args], {
    cwd: folder,
    env: { LIVE_API_URL: upstream, PYTHONWARNINGS: "ignore" },
  });
  const port = await child.nextLine();
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid,
    takeCollections: () => undefined,
    stop: () => child.stop(),
  };
}

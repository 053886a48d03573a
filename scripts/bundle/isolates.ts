/**
 * The CPU of a Worker's start in workerd: the cost of each further isolate of a bundle in a process that has one.
 *
 * workerd compiles and evaluates every Worker of its configuration when it starts. Its own first isolate, and code of
 * V8 that ran for the first time, cost the same in both processes and cancel out. It needs Linux.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processTimeMs } from "../../bench/compare/process-usage.ts";
import { reachable } from "../../bench/compare/reachable.ts";
import { freePort } from "../../test/support/parley.ts";

/** The binary that wrangler brings. */
const workerd = createRequire(import.meta.url)("workerd") as { readonly default: string };
const compatibilityDate = "2026-10-20";
const isolates = 10;
const runs = 3;

/** @param file the bundle. @returns the median of three runs, in ms an isolate. */
export async function isolateCpuMs(file: string): Promise<number> {
  const each: number[] = [];
  for (let run = 0; run < runs; run++) {
    // One process after the other: each must not disturb the next.
    // oxlint-disable-next-line no-await-in-loop
    const [one, many] = [await processCpuMs(file, 1), await processCpuMs(file, 1 + isolates)];
    each.push((many - one) / isolates);
  }
  return each.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

/** The CPU of a process of workerd until its last Worker has answered a request, in ms. */
async function processCpuMs(file: string, count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "parley-isolates-"));
  const port = await freePort();
  copyFileSync(file, join(folder, "index.js"));
  writeFileSync(join(folder, "config.capnp"), configOf(count, port));
  const child = spawn(workerd.default, ["serve", join(folder, "config.capnp")], {
    stdio: "inherit",
  });
  try {
    await reachable(port);
    // workerd listens before it has made all Workers, and answers afterwards.
    await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
    return processTimeMs(child.pid ?? 0);
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** Cap'n Proto text. Durable Objects need no namespace before they are used. */
function configOf(count: number, port: number): string {
  const workers = Array.from(
    { length: count },
    (_, at) =>
      `(name = "worker${at}", worker = (modules = [(name = "index.js", esModule = embed "index.js")], compatibilityDate = "${compatibilityDate}"))`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${workers.join(", ")}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "worker${count - 1}")],
);
`;
}

/** Runs a Worker in plain workerd: no development proxy between client and object, and V8 reports its collections. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { createInterface } from "node:readline";
import { reachable } from "./reachable.ts";
import { freePort } from "../../test/support/parley.ts";
import { readCollection, type Collection } from "./collections.ts";
import type { Relay } from "./relay.ts";

interface Worker {
  /** The Worker's entry point, from the project's root. */
  readonly entry: string;
  /** Binding and class of its Durable Objects. */
  readonly objects: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "../..");
/** The binary that wrangler brings. */
const workerd = createRequire(import.meta.url)("workerd") as { readonly default: string };
const compatibilityDate = "2026-10-20";

/** Bundles and starts a Worker on a free port. */
export async function startWorkerd(worker: Worker): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const port = await freePort();
  await bundle(worker.entry, join(folder, "index.js"));
  writeFileSync(join(folder, "config.capnp"), configOf(worker, port, folder));
  // Line by line: a collection is reported when it happens, not when the buffer is full.
  const child = spawn("stdbuf", ["-oL", workerd.default, "serve", join(folder, "config.capnp")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const collections: Collection[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const collection = readCollection(line);
    if (collection) collections.push(collection);
    else console.error(line);
  });
  await reachable(port);
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    takeCollections: () => collections.splice(0),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
}

/** Cap'n Proto text. */
function configOf({ objects, settings }: Worker, port: number, folder: string): string {
  const text = JSON.stringify;
  const bindings = [
    ...Object.entries(objects).map(
      ([binding, name]) => `(name = ${text(binding)}, durableObjectNamespace = ${text(name)})`,
    ),
    ...Object.entries(settings).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
  ];
  const namespaces = Object.values(objects).map(
    (name) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--trace-gc"],
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "storage", disk = (path = ${text(folder)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
  globalOutbound = "internet",
);
`;
}

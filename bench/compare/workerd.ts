/** Runs a Worker in plain workerd: no development proxy between client and object, and V8 reports its collections. */
import { createRequire } from "node:module";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { reachable } from "./reachable.ts";
import { freePort } from "../../test/support/parley.ts";
import { atEnd, startChild } from "../child.ts";
import { collectionsOf } from "./collections.ts";
import type { Relay } from "./relay.ts";

interface Worker {
  /** The Worker's entry point, from the project's root. */
  readonly entry: string;
  /** Binding and class of its Durable Objects. */
  readonly objects: Readonly<Record<string, string>>;
  /** @param url its own address, http. */
  readonly settings: (url: string) => Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "../..");
/** The binary that wrangler brings. */
const workerd = createRequire(import.meta.url)("workerd") as { readonly default: string };
const compatibilityDate = "2026-10-20";

/** Bundles and starts a Worker on a free port. */
export async function startWorkerd(worker: Worker): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const removeFolder = atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  writeFileSync(join(folder, "index.js"), await bundle(worker.entry));
  writeFileSync(join(folder, "config.capnp"), configOf(worker, port, folder));
  const child = startChild([workerd.default, "serve", join(folder, "config.capnp")]);
  const takeCollections = collectionsOf(child);
  await reachable(port);
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid,
    takeCollections,
    async stop() {
      await child.stop();
      removeFolder();
    },
  };
}

/** By entry point: each is bundled once in a run. */
const bundles = new Map<string, Promise<string>>();

function bundle(entry: string): Promise<string> {
  const known = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, known);
  return known;
}

async function makeBundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    write: false,
    bundle: true,
    // As it is deployed: V8 keeps the source, and comments would count as memory.
    minify: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** Cap'n Proto text. */
function configOf({ objects, settings }: Worker, port: number, folder: string): string {
  const text = JSON.stringify;
  const bindings = [
    ...Object.entries(objects).map(
      ([binding, name]) => `(name = ${text(binding)}, durableObjectNamespace = ${text(name)})`,
    ),
    ...Object.entries(settings(`http://127.0.0.1:${port}`)).map(
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

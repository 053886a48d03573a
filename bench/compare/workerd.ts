/** Runs a Worker in plain workerd: no development proxy between client and object, and V8 reports its collections. */
import { createRequire } from "node:module";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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
  /** Takes what it logs; otherwise that is printed. */
  readonly onLog?: (text: string) => void;
  readonly place?: Place | undefined;
  /** The folder of its static files, from the project's root: the binding ASSETS. */
  readonly assets?: string;
}

/** Where a Worker that starts again finds what it has stored. */
export interface Place {
  /** Kept by the caller. */
  readonly folder: string;
  readonly port?: number;
}

const root = join(import.meta.dirname, "../..");
/** The binary that wrangler brings. */
const workerd = createRequire(import.meta.url)("workerd") as { readonly default: string };
const compatibilityDate = "2026-10-20";

/** Bundles and starts a Worker on a free port. */
export async function startWorkerd(worker: Worker): Promise<Relay & { readonly pid: number }> {
  const { place } = worker;
  const folder = place?.folder ?? mkdtempSync(join(tmpdir(), "parley-bench-"));
  const removeFolder = place
    ? () => undefined
    : atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const port = place?.port ?? (await freePort());
  const modules = await bundle(worker.entry);
  for (const { name, contents } of modules) writeFileSync(join(folder, name), contents);
  const names = modules.map(({ name }) => name);
  writeFileSync(join(folder, "config.capnp"), configOf(worker, names, port, folder));
  const { onLog } = worker;
  const child = startChild(
    [workerd.default, "serve", join(folder, "config.capnp")],
    onLog && { onError: onLog },
  );
  const takeCollections = collectionsOf(child, onLog);
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

interface Module {
  /** As the others import it. */
  readonly name: string;
  readonly contents: Uint8Array;
}

const entryName = "index.js";

/** By entry point: each is bundled once in a run. */
const bundles = new Map<string, Promise<readonly Module[]>>();

function bundle(entry: string): Promise<readonly Module[]> {
  const known = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, known);
  return known;
}

async function makeBundle(entry: string): Promise<readonly Module[]> {
  const { outputFiles } = await build({
    entryPoints: { index: join(root, entry) },
    outdir: root,
    write: false,
    // workerd compiles WebAssembly, as a module of its own.
    loader: { ".wasm": "copy" },
    bundle: true,
    // As it is deployed: V8 keeps the source, and comments would count as memory.
    minify: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
}

/** Cap'n Proto text. */
function configOf(
  { objects, settings, assets }: Worker,
  modules: readonly string[],
  port: number,
  folder: string,
): string {
  const text = JSON.stringify;
  const embedded = [entryName, ...modules.filter((name) => name !== entryName)].map(
    (name) =>
      `(name = ${text(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${text(name)})`,
  );
  const bindings = [
    ...Object.entries(objects).map(
      ([binding, name]) => `(name = ${text(binding)}, durableObjectNamespace = ${text(name)})`,
    ),
    ...Object.entries(settings(`http://127.0.0.1:${port}`)).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
    ...(assets === undefined ? [] : [`(name = "ASSETS", service = "assets")`]),
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
    (name = "assets", disk = (path = ${text(join(root, assets ?? "public"))})),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
  globalOutbound = "internet",
);
`;
}

/** The packages that the Worker, the page and the emulator's package hold, as their bundles show it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { modelFile, modelNames } from "../../src/emulator/node/model-files.ts";
import { bundleEmulator } from "./bundle.ts";
import { folderOf } from "./notices.ts";

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** As the package names it: an SPDX expression. */
  readonly licence: string;
  readonly holders: readonly string[];
}

/** @returns by name. */
export async function shippedPackages(root: string): Promise<ShippedPackage[]> {
  const inputs = {
    "the Worker": await worker(root),
    "the page": await page(root),
    "the emulator": await emulator(root),
  };
  const holders = new Map<string, string[]>();
  for (const [holder, files] of Object.entries(inputs))
    for (const folder of new Set(files.flatMap((file) => folderOf(file) ?? [])))
      holders.set(folder, [...(holders.get(folder) ?? []), holder]);
  const all = await Promise.all([...holders].map(([folder, by]) => describe(folder, by)));
  return all.toSorted((a, b) => a.name.localeCompare(b.name));
}

async function describe(folder: string, holders: readonly string[]): Promise<ShippedPackage> {
  const text = await readFile(join(folder, "package.json"), "utf8");
  const { name, version, license } = JSON.parse(text) as Record<string, string | undefined>;
  if (!name || !version || !license) throw new Error(`${folder} names no licence`);
  return { name, version, licence: license, holders };
}

/** libopus.wasm was taken out of its package (scripts/libopus.ts). */
const worker = async (root: string): Promise<string[]> => [
  ...(await inputsOf(root, {
    entryPoints: ["src/index.ts"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".wasm": "empty" },
  })),
  join(root, "node_modules/libopus-wasm/package.json"),
];

const page = (root: string): Promise<string[]> =>
  inputsOf(root, {
    entryPoints: ["src/page/main.ts"],
    tsconfig: join(root, "tsconfig.client.json"),
    loader: { ".css": "text" },
  });

async function inputsOf(root: string, options: BuildOptions): Promise<string[]> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    outdir: "none",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  return Object.keys(metafile?.inputs ?? {}).map((file) => join(root, file));
}

/** The models are copied beside its bundle. */
async function emulator(root: string): Promise<string[]> {
  const out = await mkdtemp(join(tmpdir(), "parley-shipped-"));
  try {
    const models = modelNames.map((model) => fileURLToPath(modelFile(model)));
    return [...(await bundleEmulator(root, out)), ...models];
  } finally {
    await rm(out, { recursive: true });
  }
}

/**
 * Builds `dist/emulator` for `npm pack`: the emulator as JavaScript for Node 20, its models, and the licences of
 * all works it includes. It depends on no package: installing it needs no network.
 */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFile, modelNames } from "../src/emulator/node/model-files.ts";
import { bundleEmulator } from "./pack/bundle.ts";
import { restoreManifest, writePackedManifest } from "./pack/manifest.ts";
import { notices } from "./pack/notices.ts";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist/emulator");
const runtime = "ort-wasm-simd-threaded";

// Packing that was interrupted left the packed one.
restoreManifest(root);
await rm(out, { recursive: true, force: true });
await mkdir(join(out, "models"), { recursive: true });
const inputs = await bundleEmulator(root, out);
const copied = await Promise.all([
  ...modelNames.map((model) =>
    copyIn(modelFile(model), join("models", basename(modelFile(model).pathname))),
  ),
  // onnxruntime-web loads these two from the folder of its script.
  ...[`${runtime}.mjs`, `${runtime}.wasm`].map((file) => copyIn(runtimeFile(file), file)),
]);
await cp(join(root, "scripts/pack/index.d.ts"), join(out, "package.d.mts"));
await writeFile(join(out, "NOTICES.txt"), await notices([...inputs, ...copied]));
// Last: from here on npm packs.
writePackedManifest(root);

function runtimeFile(file: string): URL {
  return new URL(file, import.meta.resolve("onnxruntime-web"));
}

/** @returns the path of the source file. */
async function copyIn(from: URL, to: string): Promise<string> {
  await cp(from, join(out, to));
  return fileURLToPath(from);
}

/**
 * Builds what `npm pack` packs, `dist/emulator`: the emulator as JavaScript for Node 20, with its models and
 * the licences of all that is inside. It needs no other package, so that installing it fetches nothing.
 */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFile, modelNames } from "../src/emulator/node/model-files.ts";
import { bundleEmulator } from "./pack/bundle.ts";
import { notices } from "./pack/notices.ts";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist/emulator");
const runtime = "ort-wasm-simd-threaded";

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "models"), { recursive: true });
const inputs = await bundleEmulator(root, out);
const carried = await Promise.all([
  ...modelNames.map((model) =>
    carry(modelFile(model), join("models", basename(modelFile(model).pathname))),
  ),
  // The runtime looks for these two beside the script that loads it.
  ...[`${runtime}.mjs`, `${runtime}.wasm`].map((file) => carry(runtimeFile(file), file)),
]);
await writeFile(join(out, "NOTICES.txt"), await notices([...inputs, ...carried]));

function runtimeFile(file: string): URL {
  return new URL(file, import.meta.resolve("onnxruntime-web"));
}

/** @returns where the file came from. */
async function carry(from: URL, to: string): Promise<string> {
  await cp(from, join(out, to));
  return fileURLToPath(from);
}

/**
 * Builds the static files: the web client in public/assets, the documents that public/llms.txt links, and the pictures of
 * the agents in public/products. The client is the page's script and the worklets. Each worklet is a file of its
 * own because the audio thread loads it by URL. Unchanged files keep their time stamps, so parallel builds
 * and watchers are safe.
 *
 * First it loads the agents: a mistake in them ends a deploy, and not the first conversation after it.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OutputFile } from "esbuild";
import { writePictures } from "./agent-pictures.ts";
import { bundlePage } from "./bundle/page.ts";
import { loadAgents } from "./load-agents.ts";
import { indexFile, publishDocs } from "./public-docs.ts";

const root = join(import.meta.dirname, "..");
const out = join(root, "public/assets");

await loadAgents().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});

// A mistake in the agents was reported: it may be in what this one imports.
const { pictures } = await import("../src/agents/pictures.ts");
const outputFiles = await bundlePage(root);
/** The voice detector's runtime and weights, beside its worker, which loads them. */
const voiceFiles = await Promise.all(
  ["onnxruntime-web/ort-wasm-simd-threaded.wasm", "@ricky0123/vad-web/dist/silero_vad_v6.onnx"].map(
    async (file) => {
      const path = fileURLToPath(import.meta.resolve(file));
      return { path: join(out, basename(path)), contents: await readFile(path) };
    },
  ),
);
await mkdir(out, { recursive: true });
await Promise.all([
  ...[...outputFiles, ...voiceFiles].map(writeIfChanged),
  removeOldChunks(),
  writePictures(pictures(), join(root, "public/products")),
  // A project may leave its documents out.
  ...(existsSync(join(root, indexFile)) ? [publishDocs(root, join(root, "public"))] : []),
]);

/** Writes a temporary file and renames it: a server that reads meanwhile never sees half a file. */
async function writeIfChanged(file: Pick<OutputFile, "path" | "contents">): Promise<void> {
  const old = await readFile(file.path).catch(() => undefined);
  if (old && Buffer.compare(old, file.contents) === 0) return;
  const temporary = join(out, `.${basename(file.path)}.${process.pid}`);
  await writeFile(temporary, file.contents);
  await rename(temporary, file.path);
}

/** Shared chunks have a hash in their name: those of earlier builds would be deployed for ever. */
async function removeOldChunks(): Promise<void> {
  const current = new Set(outputFiles.map(({ path }) => basename(path)));
  const old = (await readdir(out)).filter(
    (name) => name.startsWith("shared-") && !current.has(name),
  );
  await Promise.all(old.map((name) => rm(join(out, name), { force: true })));
}

/**
 * Bundles the Worker as `wrangler deploy` does, and prints its size, its largest parts, its modules of WebAssembly, which
 * are loaded when they are used, and its start-up CPU; then the sizes of the client. Fails if one is too large, or if the
 * script holds the emulator, its models or a package for Node.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { clientSizes } from "./bundle/client-sizes.ts";
import { forbiddenFiles, partsOf, type BundleOutput } from "./bundle/parts.ts";
import { isolateCpuMs } from "./bundle/isolates.ts";
import { startupCpu } from "./bundle/startup.ts";
import { quiet } from "./wrangler-env.ts";

/** Gzipped, KiB. */
const limitKiB = 207;
const shownParts = 10;

const folder = mkdtempSync(join(tmpdir(), "parley-bundle-"));
try {
  bundle();
  const file = join(folder, "index.js");
  const output = readOutput();
  const files = Object.keys(output.inputs);
  const gzippedKiB = gzippedSize(file);
  console.log(`The Worker: ${files.length} files, ${gzippedKiB} KiB gzipped of ${limitKiB}.`);
  console.log("Its largest parts, minified:");
  for (const { name, bytes } of partsOf(output).slice(0, shownParts))
    console.log(`  ${(bytes / 1024).toFixed(1).padStart(6)} KiB  ${name}`);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".wasm")))
    console.log(`Loaded when used: ${name}, ${gzippedSize(join(folder, name))} KiB gzipped.`);
  await reportStartup(file);
  check(files, gzippedKiB);
  await checkClient();
} finally {
  rmSync(folder, { recursive: true });
}

async function checkClient(): Promise<void> {
  const sizes = await clientSizes(join(import.meta.dirname, ".."));
  for (const { name, bytes, limit } of sizes)
    console.log(`${name}: ${bytes} bytes gzipped of ${limit}.`);
  const large = sizes.filter(({ bytes, limit }) => bytes > limit).map(({ name }) => name);
  if (large.length > 0) throw new Error(`too large: ${large.join(", ")}`);
}

async function reportStartup(file: string): Promise<void> {
  const { compilation, evaluation } = startupCpu(file);
  const parts = `${compilation.toFixed(0)} of compilation and ${evaluation.toFixed(0)} of evaluation`;
  console.log(`Its start-up, in ms of CPU on this machine: ${parts}.`);
  if (process.platform !== "linux") return;
  const empty = join(folder, "empty.js");
  writeFileSync(empty, "export default { fetch: () => new Response() };");
  const [own, none] = [await isolateCpuMs(file), await isolateCpuMs(empty)];
  console.log(`In workerd, an isolate: ${own.toFixed(0)}; of an empty Worker: ${none.toFixed(0)}.`);
}

function bundle(): void {
  const wrangler = "node_modules/wrangler/bin/wrangler.js";
  const options = ["deploy", "--dry-run", "--outdir", folder, "--metafile"];
  execFileSync(process.execPath, [wrangler, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...quiet },
  });
}

/** In KiB. */
function gzippedSize(file: string): number {
  return Math.round(gzipSync(readFileSync(file)).byteLength / 1024);
}

/** The one output that has inputs; the other is its source map. */
function readOutput(): BundleOutput {
  const { outputs } = JSON.parse(readFileSync(join(folder, "bundle-meta.json"), "utf8")) as {
    outputs: Record<string, BundleOutput>;
  };
  const output = Object.values(outputs).find(({ inputs }) => Object.keys(inputs).length > 0);
  if (output === undefined) throw new Error("wrangler wrote no bundle");
  return output;
}

function check(files: readonly string[], gzippedKiB: number): void {
  if (!files.includes("src/conversation/conversation.ts"))
    throw new Error("the conversation is not in the bundle");
  const forbidden = forbiddenFiles(files);
  if (forbidden.length > 0)
    throw new Error(`these files must not be in the Worker: ${forbidden.join("; ")}`);
  if (gzippedKiB > limitKiB)
    throw new Error(
      `the Worker has ${gzippedKiB} KiB gzipped, more than ${limitKiB}: see its largest parts above`,
    );
}

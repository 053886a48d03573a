/** Writes the client package's declarations: those that its entry points reach, and none of another package. */
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { clientEntries } from "./bundle.ts";

const googleTypes = "@google/genai";

/** @param out the folder of the declarations. */
export async function declareClient(root: string, out: string): Promise<void> {
  const emitted = await mkdtemp(join(tmpdir(), "parley-types-"));
  try {
    emit(root, emitted);
    const reached = new Set<string>();
    for (const name of clientEntries)
      await reach(join(emitted, `packages/client/src/${name}.d.ts`), reached);
    for (const file of reached) await copy(file, emitted, out);
    await cp(join(import.meta.dirname, "genai.d.ts"), join(out, "genai.d.ts"));
  } finally {
    await rm(emitted, { recursive: true });
  }
}

function emit(root: string, out: string): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly"];
  const args = [tsc, "-p", join(root, "tsconfig.client.json"), ...options];
  execFileSync(process.execPath, [...args, "--rootDir", root, "--outDir", out], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

const importPattern = /(?<=from "|import\(")\.[^"]+(?=")/gu;

async function reach(file: string, reached: Set<string>): Promise<void> {
  if (reached.has(file)) return;
  reached.add(file);
  const text = await readFile(file, "utf8");
  for (const [path] of text.matchAll(importPattern))
    await reach(resolve(dirname(file), path.replace(/\.ts$/u, ".d.ts")), reached);
}

async function copy(file: string, from: string, out: string): Promise<void> {
  const target = join(out, relative(from, file));
  const toRoot = relative(dirname(target), out) || ".";
  const text = (await readFile(file, "utf8"))
    .replaceAll(importPattern, (path) => path.replace(/\.ts$/u, ".js"))
    .replaceAll(`"${googleTypes}"`, `"${toRoot}/genai.js"`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}

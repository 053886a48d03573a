/** The sizes, gzipped, of what a browser loads of the client, and their limits. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleClient } from "../client-package/bundle.ts";
import { bundlePage } from "./page.ts";

export interface ClientSize {
  readonly name: string;
  /** Gzipped. */
  readonly bytes: number;
  readonly limit: number;
}

interface BuiltFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/** Loaded for one way of turn-taking alone, when a user chooses it. */
const optional = /^voice-worker\./u;

export async function clientSizes(root: string): Promise<readonly ClientSize[]> {
  const [packaged, hosted] = await Promise.all([
    bundleClient(root, join(root, "packages/client/dist")),
    bundlePage(root),
  ]);
  const scripts = (files: readonly BuiltFile[]): readonly BuiltFile[] =>
    files.filter(({ path }) => path.endsWith(".js") && !optional.test(basename(path)));
  const isOf = (names: RegExp) => (file: { path: string }) => names.test(basename(file.path));
  const documents = ["index.html", "page.css"].map((name) => ({
    path: name,
    contents: readFileSync(join(root, "public", name)),
  }));
  const parts: Record<string, readonly BuiltFile[]> = {
    "the client package": loadedWith("index.js", packaged),
    "the tag": scripts(hosted).filter(isOf(/^(?:parley|.*-worklet)\.js$/u)),
    "the page": [...scripts(hosted).filter((file) => !isOf(/^parley\.js$/u)(file)), ...documents],
  };
  const limits = { "the client package": 25_000, "the tag": 60_000, "the page": 150_000 };
  return Object.entries(parts).map(([name, files]) => ({
    name,
    bytes: files.map(({ contents }) => gzipSync(contents).byteLength).reduce((a, b) => a + b, 0),
    limit: limits[name as keyof typeof limits],
  }));
}

/** The file, and those that it imports: but for `import()`, which loads a part that is optional. */
function loadedWith(name: string, files: readonly BuiltFile[]): readonly BuiltFile[] {
  const found = new Set<BuiltFile>();
  const add = (name: string): void => {
    const file = files.find(({ path }) => basename(path) === name);
    if (!file || found.has(file)) return;
    found.add(file);
    const text = new TextDecoder().decode(file.contents);
    for (const [, imported = ""] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/gu)) add(imported);
  };
  add(name);
  return [...found];
}

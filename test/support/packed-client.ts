/** Packs `@parley/client` as users receive it, and installs it into an empty folder without a network. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "../pack/install.ts";

const root = join(import.meta.dirname, "../..");

export interface PackedClient {
  readonly folder: string;
  readonly remove: () => void;
}

/** @param scaffold makes the folder's files first; by default it stays empty. */
export function installClient(scaffold = (folder: string) => mkdirSync(folder)): PackedClient {
  const temporary = mkdtempSync(join(tmpdir(), "parley-client-"));
  const folder = join(temporary, "app");
  npm(join(root, "packages/client"), "pack", "--pack-destination", temporary);
  const [tarball = ""] = readdirSync(temporary).filter((file) => file.endsWith(".tgz"));
  scaffold(folder);
  npm(folder, "install", "--offline", "--no-audit", "--no-fund", join(temporary, tarball));
  return { folder, remove: () => rmSync(temporary, { recursive: true }) };
}

/** The program of docs/clients.md for Vite's scaffold, with the server's address. */
function viteProgram(url: string): string {
  const document = readFileSync(join(root, "docs/clients.md"), "utf8");
  const [, program = ""] = /`src\/main\.ts`.*?```ts\n(.*?)^```$/msu.exec(document) ?? [];
  return program.replace("https://voice.example.com", url);
}

/**
 * An app of Vite's scaffold with the client and ten lines, type-checked and built. Vite and TypeScript are this
 * project's, in place of an installation from the network.
 * @returns the folder of the built app.
 */
export function buildViteApp(url: string): { readonly dist: string; remove(): void } {
  const { folder, remove } = installClient((folder) => {
    const args = [join(root, "node_modules/create-vite/index.js"), "app"];
    execFileSync(process.execPath, [...args, "--template", "vanilla-ts", "--no-interactive"], {
      cwd: join(folder, ".."),
      stdio: ["ignore", "ignore", "pipe"],
    });
    rmSync(join(folder, "package.json"));
    writeFileSync(join(folder, "package.json"), '{"name":"app","private":true,"type":"module"}');
  });
  for (const name of ["vite", "typescript"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "src/main.ts"), viteProgram(url));
  run(folder, "node_modules/typescript/bin/tsc");
  run(folder, "node_modules/vite/bin/vite.js", "build");
  return { dist: join(folder, "dist"), remove };
}

function run(cwd: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}:\n${stdout}${stderr}`);
}

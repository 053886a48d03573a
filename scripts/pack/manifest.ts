/**
 * The manifest of the packed emulator. Its bundle contains every package, so it must depend on none; the repository's own
 * manifest names what is shipped as `dependencies`, so that `npm audit --omit=dev` looks at it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const backup = ".package.json.unpacked";
const ofRepository = [
  "scripts",
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "overrides",
  "workspaces",
  "devEngines",
  "allowScripts",
  "cloudflare",
];

/** Replaces package.json until `restoreManifest`. npm writes the file of that moment into the tarball. */
export function writePackedManifest(root: string): void {
  const file = join(root, "package.json");
  const text = readFileSync(file, "utf8");
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const kept = Object.entries(manifest).filter(([name]) => !ofRepository.includes(name));
  writeFileSync(join(root, backup), text);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

/** Does nothing where nothing was replaced. */
export function restoreManifest(root: string): void {
  if (existsSync(join(root, backup))) renameSync(join(root, backup), join(root, "package.json"));
}

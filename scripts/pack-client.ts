/**
 * Builds `packages/client/dist` for `npm pack` there: JavaScript for bundlers, browsers and Node, the worklets as files
 * for pages with a strict Content-Security-Policy, and declarations. It depends on no package.
 */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleClient } from "./client-package/bundle.ts";
import { declareClient } from "./client-package/declarations.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "packages/client");
const dist = join(folder, "dist");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const { path, contents } of await bundleClient(root, dist)) await writeFile(path, contents);
await declareClient(root, join(dist, "types"));
await cp(join(root, "LICENSE"), join(folder, "LICENSE"));

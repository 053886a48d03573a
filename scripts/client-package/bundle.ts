/** Bundles the client package's code: its entry points, with the worklets' code inside, and each worklet as a file. */
import { join } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";

const source = "packages/client/src";
const worklets = ["microphone", "player"] as const;

export const clientEntries = ["index", "react", "element"] as const;

/** Browsers of 2023: those that the page supports. */
export const clientTarget = ["chrome111", "safari16.4", "firefox113"];

const options = (root: string): BuildOptions & { write: false } => ({
  absWorkingDir: root,
  tsconfig: join(root, "tsconfig.client.json"),
  bundle: true,
  format: "esm",
  target: clientTarget,
  minify: true,
  loader: { ".css": "text" },
  legalComments: "none",
  logLevel: "warning",
  write: false,
});

/** @param out folder. @returns the files, not written. */
export async function bundleClient(root: string, out: string) {
  const hosted = await build({
    ...options(root),
    entryPoints: worklets.map((name) => `${source}/audio/${name}-worklet.ts`),
    outdir: out,
    entryNames: "[name]",
  });
  const entries = await build({
    ...options(root),
    entryPoints: clientEntries.map((name) => `${source}/${name}.ts`),
    outdir: out,
    entryNames: "[name]",
    chunkNames: "shared-[hash]",
    splitting: true,
    sourcemap: "linked",
    external: ["react"],
    plugins: [inlined(hosted.outputFiles.map(({ text }) => text))],
  });
  return [...hosted.outputFiles, ...entries.outputFiles];
}

/** Puts the worklets' code into `worklet-sources.ts`. */
const inlined = (codes: readonly string[]): Plugin => ({
  name: "inlined-worklets",
  setup: (bundle) =>
    bundle.onLoad({ filter: /[\\/]audio[\\/]worklet-sources\.ts$/ }, () => {
      const table = Object.fromEntries(worklets.map((name, at) => [name, codes[at]]));
      return { contents: `export const workletSources = ${JSON.stringify(table)};` };
    }),
});

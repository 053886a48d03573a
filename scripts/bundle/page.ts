/** Bundles what the server hosts: the page with its drawer, the files of the audio thread, and the script of the tag. */
import { join } from "node:path";
import { build, type BuildOptions, type OutputFile } from "esbuild";
import { clientTarget } from "../client-package/bundle.ts";

const options = (root: string) =>
  ({
    absWorkingDir: root,
    outdir: join(root, "public/assets"),
    // Flat: the page loads the worklets as /assets/<name>.js.
    entryNames: "[name]",
    tsconfig: join(root, "tsconfig.client.json"),
    bundle: true,
    format: "esm",
    target: clientTarget,
    minify: true,
    sourcemap: "linked",
    loader: { ".css": "text" },
    // The licences of what is inside, in files of their own.
    legalComments: "linked",
    logLevel: "warning",
    write: false,
  }) satisfies BuildOptions;

/** @returns the files, not written. */
export async function bundlePage(root: string): Promise<readonly OutputFile[]> {
  const builds = await Promise.all([
    // The drawer is loaded when a user opens it.
    build({
      ...options(root),
      entryPoints: ["src/page/main.ts", "src/page/panels/drawer.ts"],
      splitting: true,
      chunkNames: "shared-[hash]",
    }),
    build({
      ...options(root),
      entryPoints: [
        "packages/client/src/audio/microphone-worklet.ts",
        "packages/client/src/audio/player-worklet.ts",
        "packages/client/src/audio/voice-worker.ts",
      ],
    }),
    // For pages of other origins: at an address that stays.
    build({
      ...options(root),
      entryPoints: [{ in: "packages/client/src/element/served.ts", out: "parley" }],
      outdir: join(root, "public"),
      sourcemap: false,
    }),
  ]);
  return builds.flatMap(({ outputFiles }) => outputFiles);
}

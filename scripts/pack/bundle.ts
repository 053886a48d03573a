/** Bundles the emulator's command, its exports and its two worker threads to JavaScript for Node 20. */
import { chmod, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { modelFile, modelNames } from "../../src/emulator/node/model-files.ts";

/** `new Worker` takes a file: each thread is a bundle of its own. */
const threads = ["speech-thread", "ears/detector-thread"];
const folder = "src/emulator/node";

/** @returns the absolute paths of all files in the bundles. */
export async function bundleEmulator(root: string, out: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["main", "package", ...threads].map((name) => join(folder, `${name}.ts`)),
    outdir: out,
    entryNames: "[name]",
    outExtension: { ".js": ".mjs" },
    tsconfig: join(root, "tsconfig.node.json"),
    bundle: true,
    splitting: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Bundled CommonJS loads Node's modules with `require`, which ES modules lack.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
    },
    legalComments: "none",
    logLevel: "warning",
    plugins: [modelsBeside, threadsBeside],
  });
  await chmod(join(out, "main.mjs"), 0o755);
  return Object.keys(metafile.inputs).map((file) => join(root, file));
}

/** In the package the models are beside the bundle, not in node_modules. */
const modelsBeside: Plugin = {
  name: "models-beside",
  setup: (bundle) =>
    bundle.onLoad({ filter: /[\\/]emulator[\\/]node[\\/]model-files\.ts$/ }, () => {
      const names = modelNames.map((model) => [model, basename(modelFile(model).pathname)]);
      const table = JSON.stringify(Object.fromEntries(names));
      return {
        contents: `const files = ${table};
          export const modelFile = (model) => new URL("./models/" + files[model], import.meta.url);`,
      };
    }),
};

/** In the package the threads are JavaScript beside the bundle. */
const threadsBeside: Plugin = {
  name: "threads-beside",
  setup: (bundle) =>
    bundle.onLoad({ filter: /[\\/]emulator[\\/]node[\\/]speech\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const thread of threads) {
        const there = `new URL("./${thread}.ts", `;
        if (!contents.includes(there)) throw new Error(`${path} starts no ${thread}`);
        contents = contents.replace(there, `new URL("./${basename(thread)}.mjs", `);
      }
      return { contents, loader: "ts" };
    }),
};

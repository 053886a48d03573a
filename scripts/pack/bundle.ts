/** Bundles the emulator's command and its two threads to JavaScript that Node 20 runs. */
import { chmod, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { modelFile, modelNames } from "../../src/emulator/node/model-files.ts";

/** `new Worker` is given a file, so that each thread is one of its own. */
const threads = ["speech-thread", "ears/detector-thread"];
const folder = "src/emulator/node";

/** @returns the files that went in, as absolute paths. */
export async function bundleEmulator(root: string, out: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["main", ...threads].map((name) => join(folder, `${name}.ts`)),
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
    // Bundled CommonJS asks for Node's modules with `require`, which ES modules have not.
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

/** Models lie beside the bundle, not in packages. */
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

/** Threads lie beside the bundle, as JavaScript. */
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

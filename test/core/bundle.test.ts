/** The check of the Worker's bundle: which parts it has, and which files it must not have. */
import { expect, it } from "vitest";
import { forbiddenFiles, partsOf } from "../../scripts/bundle/parts.ts";

const inputs = (sizes: Record<string, number>) => ({
  inputs: Object.fromEntries(
    Object.entries(sizes).map(([file, bytesInOutput]) => [file, { bytesInOutput }]),
  ),
});

it("[START14] names the largest parts of the bundle, by package and by folder", () => {
  expect(
    partsOf(
      inputs({
        "node_modules/zod/v4/core/schemas.js": 300,
        "../elsewhere/node_modules/zod/v4/classic/parse.js": 200,
        "node_modules/@scope/name/index.js": 100,
        "src/core/upstream/fsm.ts": 250,
        "src/core/errors.ts": 150,
        "src/config.ts": 10,
      }),
    ),
  ).toEqual([
    { name: "zod", bytes: 500 },
    { name: "src/core", bytes: 400 },
    { name: "@scope/name", bytes: 100 },
    { name: "src/config.ts", bytes: 10 },
  ]);
});

it.each([
  "src/emulator/core/ports.ts",
  "node_modules/onnxruntime-web/dist/ort.mjs",
  "node_modules/ws/wrapper.mjs",
  "node_modules/zod/v4/locales/he.js",
  "node_modules/jpeg-js/lib/encoder.js",
])("[START14] refuses %s in the bundle, with the reason", (file) => {
  expect(forbiddenFiles(["src/index.ts", file, "node_modules/zod/v4/locales/en.js"])).toEqual([
    expect.stringContaining(`${file} (`),
  ]);
});

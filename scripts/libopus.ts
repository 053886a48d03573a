/**
 * `node scripts/libopus.ts`: writes the WebAssembly of the package libopus-wasm to a file of its own. The package holds it
 * as text and compiles it when it runs, which Workers forbid: there a module must come with the bundle.
 */
import { writeFile } from "node:fs/promises";
import { packagedLibopus } from "./libopus/packaged.ts";

const file = new URL("../src/protocols/parley-v1/libopus.wasm", import.meta.url);
const { bytes } = await packagedLibopus();
await writeFile(file, bytes);
console.log(`src/protocols/parley-v1/libopus.wasm: ${(bytes.byteLength / 1024).toFixed(0)} KiB.`);

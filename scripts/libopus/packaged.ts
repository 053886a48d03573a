/** Reads libopus out of the package libopus-wasm: its WebAssembly, and the short names that its exports have there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../node_modules/libopus-wasm/dist");

interface Loader {
  loadLibopus(): Promise<unknown>;
}

interface PackagedLibopus {
  readonly bytes: Uint8Array;
  /** By the function's name in the package's source, without its prefix: `encode` is "k". */
  readonly exportNames: ReadonlyMap<string, string>;
}

/** @throws Error if the package's file has another form: a new version needs a new look. */
export async function packagedLibopus(): Promise<PackagedLibopus> {
  const source = await readFile(join(folder, "generated/libopus.generated.mjs"), "utf8");
  const names = source.matchAll(/Module\["_(?:oc_)?(\w+)"\]=wasmExports\["(\w+)"\]/g);
  const exportNames = new Map([...names].map(([, name = "", short = ""]) => [name, short]));
  if (exportNames.size === 0) throw new Error("libopus-wasm: its exports have another form");
  return { bytes: await bytesIn(), exportNames };
}

/** The package decodes its text and compiles the result: that call has the bytes. */
async function bytesIn(): Promise<Uint8Array> {
  const { instantiate } = WebAssembly;
  let bytes: Uint8Array | undefined;
  const watched = (source: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports) => {
    bytes = source;
    return instantiate(source, imports);
  };
  Object.assign(WebAssembly, { instantiate: watched });
  try {
    const libopus = (await import(join(folder, "index.js"))) as Loader;
    await libopus.loadLibopus();
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
  if (!bytes) throw new Error("libopus-wasm compiles its WebAssembly in another way");
  return bytes;
}

/** Loads libopus when the first client of this process asks for Opus; until then its WebAssembly is not compiled. */
import { Libopus } from "./libopus.ts";

let loading: Promise<void> | undefined;
let libopus: Libopus | undefined;

/** Undefined before `loadOpus` has resolved. All conversations of a process share its memory, 16 MB of address space. */
export const loadedOpus = (): Libopus | undefined => libopus;

/** Never rejects: without the codec the relay answers with PCM. */
export const loadOpus = (): Promise<void> => (loading ??= load());

async function load(): Promise<void> {
  try {
    const { default: module } = await import("./libopus.wasm");
    libopus = new Libopus(module);
  } catch (error) {
    // For the operator.
    // oxlint-disable-next-line no-console
    console.error("parley: Opus could not be loaded, and clients get PCM:", error);
  }
}

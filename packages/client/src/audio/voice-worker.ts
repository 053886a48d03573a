/**
 * Silero VAD v6 in a worker of its own: the probability that a frame of the microphone is speech. The network's runtime and
 * its weights lie beside this file and are loaded with it, 16 MB, only where a client detects speech itself.
 */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";

/** Mono PCM16, 16 kHz. It comes back in the answer. */
export type VoiceRequest = ArrayBuffer;

export type VoiceAnswer =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly message: string }
  /** `probability` of the loudest claim to speech in the frame. */
  | { readonly type: "verdict"; readonly pcm: ArrayBuffer; readonly probability: number };

/** 32 ms at 16 kHz, what the network takes, and the samples before it that it needs besides. */
const [windowSamples, contextSamples] = [512, 64];

const scope = self as unknown as {
  postMessage(answer: VoiceAnswer, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<VoiceRequest>) => void): void;
};

class Silero {
  readonly #session: InferenceSession;
  readonly #rate = new Tensor("int64", BigInt64Array.of(16_000n), []);
  readonly #input = new Float32Array(contextSamples + windowSamples);
  #filled = contextSamples;
  #state = new Float32Array(2 * 128);
  #probability = 0;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** A frame need not be a whole number of windows. @returns the highest probability of the windows that it completes. */
  async hear(samples: Int16Array): Promise<number> {
    let highest = -1;
    for (const sample of samples) {
      this.#input[this.#filled++] = sample / 32_768;
      if (this.#filled === this.#input.length) highest = Math.max(highest, await this.#run());
    }
    return highest < 0 ? this.#probability : highest;
  }

  async #run(): Promise<number> {
    const { output, stateN } = await this.#session.run({
      input: new Tensor("float32", this.#input, [1, this.#input.length]),
      state: new Tensor("float32", this.#state, [2, 1, 128]),
      sr: this.#rate,
    });
    this.#state = Float32Array.from(stateN?.data as Float32Array);
    this.#input.copyWithin(0, windowSamples);
    this.#filled = contextSamples;
    const [probability = 0] = (output?.data ?? []) as Float32Array;
    return (this.#probability = probability);
  }
}

const fileBeside = (name: string): string => new URL(`./${name}`, import.meta.url).href;

async function open(): Promise<Silero> {
  // Threads would need a page that is isolated from other origins; one is fast enough.
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: fileBeside("ort-wasm-simd-threaded.wasm") };
  return new Silero(await InferenceSession.create(fileBeside("silero_vad_v6.onnx")));
}

/** One frame after the other: the network has a state. */
let queue = open();
queue.then(
  () => scope.postMessage({ type: "ready" }),
  (error: unknown) => scope.postMessage({ type: "failed", message: String(error) }),
);

scope.addEventListener("message", ({ data: pcm }) => {
  queue = queue.then(async (silero) => {
    const probability = await silero.hear(new Int16Array(pcm));
    scope.postMessage({ type: "verdict", pcm, probability }, [pcm]);
    return silero;
  });
  queue.catch((error: unknown) => scope.postMessage({ type: "failed", message: String(error) }));
});

/**
 * Silero VAD v6: how likely a window holds speech. Several hearings' windows go through the network
 * together; each hearing keeps its own recurrent state.
 */
import { Tensor } from "onnxruntime-web";
import type { InferenceSession } from "onnxruntime-web";
import { openModel } from "../models.ts";
import { windowSamples } from "./window.ts";

/** The network also sees the 64 samples before a window; without them it hears speech in music. */
const contextSamples = 64;
const inputSamples = contextSamples + windowSamples;
const stateLayers = 2;
const stateSize = 128;

/** What the network remembers of one hearing. */
interface StreamState {
  readonly context: Float32Array;
  /** One vector for each layer. */
  readonly state: readonly Float32Array[];
}

const createStreamState = (): StreamState => ({
  context: new Float32Array(contextSamples),
  state: Array.from({ length: stateLayers }, () => new Float32Array(stateSize)),
});

export class Silero {
  readonly #session: InferenceSession;
  readonly #rate = new Tensor("int64", BigInt64Array.of(16_000n), []);
  readonly #memories = new Map<number, StreamState>();

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<Silero> {
    return new Silero(await openModel("silero"));
  }

  closeStream(hearing: number): void {
    this.#memories.delete(hearing);
  }

  /**
   * @param hearings whose windows these are; no hearing twice.
   * @param windows their windows one after another, 512 samples each, −1 to 1.
   * @returns one probability for each.
   */
  async probabilities(hearings: readonly number[], windows: Float32Array): Promise<Float32Array> {
    const memories = hearings.map((hearing) => this.#memoryOf(hearing));
    const output = await this.#session.run({
      input: new Tensor("float32", inputOf(memories, windows), [memories.length, inputSamples]),
      state: new Tensor("float32", gather(memories), [stateLayers, memories.length, stateSize]),
      sr: this.#rate,
    });
    scatter(floats(output["stateN"]), memories);
    return floats(output["output"]).slice();
  }

  #memoryOf(hearing: number): StreamState {
    const known = this.#memories.get(hearing);
    if (known !== undefined) return known;
    const fresh = createStreamState();
    this.#memories.set(hearing, fresh);
    return fresh;
  }
}

/** Each window behind its context; the window's end becomes the next context. */
function inputOf(memories: readonly StreamState[], windows: Float32Array): Float32Array {
  const input = new Float32Array(memories.length * inputSamples);
  for (const [i, { context }] of memories.entries()) {
    const window = windows.subarray(i * windowSamples, (i + 1) * windowSamples);
    input.set(context, i * inputSamples);
    input.set(window, i * inputSamples + contextSamples);
    context.set(window.subarray(windowSamples - contextSamples));
  }
  return input;
}

function gather(memories: readonly StreamState[]): Float32Array {
  const all = new Float32Array(stateLayers * memories.length * stateSize);
  for (const [i, { state }] of memories.entries())
    for (const [layer, vector] of state.entries())
      all.set(vector, (layer * memories.length + i) * stateSize);
  return all;
}

function scatter(all: Float32Array, memories: readonly StreamState[]): void {
  for (const [i, { state }] of memories.entries())
    for (const [layer, vector] of state.entries()) {
      const at = (layer * memories.length + i) * stateSize;
      vector.set(all.subarray(at, at + stateSize));
    }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error("the speech detector's model is not the one expected");
}

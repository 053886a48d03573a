/**
 * Silero VAD v6: the probability that a window holds speech. Windows of several streams run through the network
 * together; each stream has its own recurrent state.
 */
import { Tensor } from "onnxruntime-web";
import type { InferenceSession } from "onnxruntime-web";
import { openModel } from "../models.ts";
import { windowSamples } from "./window.ts";

/** The network also needs the 64 samples before a window; without them it detects speech in music. */
const contextSamples = 64;
const inputSamples = contextSamples + windowSamples;
const stateLayers = 2;
const stateSize = 128;

/** The recurrent state of one stream. */
interface StreamState {
  readonly context: Float32Array;
  /** One vector per layer. */
  readonly state: readonly Float32Array[];
}

const createStreamState = (): StreamState => ({
  context: new Float32Array(contextSamples),
  state: Array.from({ length: stateLayers }, () => new Float32Array(stateSize)),
});

export class Silero {
  readonly #session: InferenceSession;
  readonly #rate = new Tensor("int64", BigInt64Array.of(16_000n), []);
  readonly #states = new Map<number, StreamState>();

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<Silero> {
    return new Silero(await openModel("silero"));
  }

  closeStream(streamId: number): void {
    this.#states.delete(streamId);
  }

  /**
   * @param streamIds the stream of each window, without duplicates.
   * @param windows the windows in the same order, 512 samples each, −1 to 1.
   * @returns one probability per window.
   */
  async probabilities(streamIds: readonly number[], windows: Float32Array): Promise<Float32Array> {
    const states = streamIds.map((streamId) => this.#stateOf(streamId));
    const output = await this.#session.run({
      input: new Tensor("float32", inputOf(states, windows), [states.length, inputSamples]),
      state: new Tensor("float32", gather(states), [stateLayers, states.length, stateSize]),
      sr: this.#rate,
    });
    scatter(floats(output["stateN"]), states);
    return floats(output["output"]).slice();
  }

  #stateOf(streamId: number): StreamState {
    const existing = this.#states.get(streamId);
    if (existing !== undefined) return existing;
    const created = createStreamState();
    this.#states.set(streamId, created);
    return created;
  }
}

/** Each window after its context; the window's end becomes the next context. */
function inputOf(states: readonly StreamState[], windows: Float32Array): Float32Array {
  const input = new Float32Array(states.length * inputSamples);
  for (const [i, { context }] of states.entries()) {
    const window = windows.subarray(i * windowSamples, (i + 1) * windowSamples);
    input.set(context, i * inputSamples);
    input.set(window, i * inputSamples + contextSamples);
    context.set(window.subarray(windowSamples - contextSamples));
  }
  return input;
}

function gather(states: readonly StreamState[]): Float32Array {
  const packed = new Float32Array(stateLayers * states.length * stateSize);
  for (const [i, { state }] of states.entries())
    for (const [layer, vector] of state.entries())
      packed.set(vector, (layer * states.length + i) * stateSize);
  return packed;
}

function scatter(packed: Float32Array, states: readonly StreamState[]): void {
  for (const [i, { state }] of states.entries())
    for (const [layer, vector] of state.entries()) {
      const at = (layer * states.length + i) * stateSize;
      vector.set(packed.subarray(at, at + stateSize));
    }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error("the speech detector's model is not the one expected");
}

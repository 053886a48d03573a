/** Moonshine tiny: transcribes one utterance by greedy decoding with a key-value cache. English only. */
import { Tensor } from "onnxruntime-web";
import type { InferenceSession } from "onnxruntime-web";
import llama from "llama-tokenizer-js";
import { openModel } from "../models.ts";

const layers = 6;
const heads = 8;
const headSize = 36;
const startToken = 1;
const endToken = 2;
/** Above any speaker's rate; bounds a decoder that repeats itself. */
const tokensPerSecond = 6.5;
const cacheNames = Array.from({ length: layers }, (_, layer) =>
  ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map(
    (part) => `${layer}.${part}`,
  ),
).flat();

type Cache = Record<string, Tensor>;

export class Moonshine {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;

  private constructor(encoder: InferenceSession, decoder: InferenceSession) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  static async open(): Promise<Moonshine> {
    return new Moonshine(await openModel("moonshineEncoder"), await openModel("moonshineDecoder"));
  }

  /** @param audio one utterance at 16 kHz, −1 to 1, trimmed: silence around a short word hides it. */
  async transcribe(audio: Float32Array): Promise<string> {
    const encoded = await this.#encode(audio);
    const tokens = [startToken];
    const maxTokens = Math.ceil((audio.length / 16_000) * tokensPerSecond) + 3;
    let cache = emptyCache();
    while (tokens.length <= maxTokens) {
      const isFirst = tokens.length === 1;
      const output = await this.#decode(tokens.at(-1) ?? startToken, encoded, isFirst, cache);
      const token = likeliest(logitsOf(output), isFirst);
      if (token === endToken) break;
      tokens.push(token);
      cache = nextCache(output, cache, isFirst);
    }
    return llama.decode(tokens, true, true).trim();
  }

  async #encode(audio: Float32Array): Promise<Tensor> {
    const input_values = new Tensor("float32", audio, [1, audio.length]);
    const output = await this.#encoder.run({ input_values });
    return tensorNamed(output, "last_hidden_state");
  }

  async #decode(token: number, encoded: Tensor, isFirst: boolean, cache: Cache): Promise<Cache> {
    return this.#decoder.run({
      input_ids: new Tensor("int64", BigInt64Array.of(BigInt(token)), [1, 1]),
      encoder_hidden_states: encoded,
      use_cache_branch: new Tensor("bool", [!isFirst], [1]),
      ...cache,
    });
  }
}

function emptyCache(): Cache {
  const empty = () => new Tensor("float32", new Float32Array(0), [0, heads, 1, headSize]);
  return Object.fromEntries(cacheNames.map((name) => [`past_key_values.${name}`, empty()]));
}

/** The encoder's half is computed in the first step only; later steps return it empty. */
function nextCache(output: Cache, before: Cache, isFirst: boolean): Cache {
  return Object.fromEntries(
    cacheNames.map((name) => {
      const past = `past_key_values.${name}`;
      const isFresh = isFirst || name.includes("decoder");
      return [past, isFresh ? tensorNamed(output, `present.${name}`) : tensorNamed(before, past)];
    }),
  );
}

/**
 * The likeliest next token. The end token is not allowed first: the detector has already found speech, and short words
 * would otherwise come out empty.
 */
function likeliest(logits: Float32Array, isFirst: boolean): number {
  let best = 0;
  for (let token = 1; token < logits.length; token += 1) {
    if (isFirst && token === endToken) continue;
    if ((logits[token] ?? 0) > (logits[best] ?? 0)) best = token;
  }
  return best;
}

function logitsOf(output: Cache): Float32Array {
  const { data } = tensorNamed(output, "logits");
  if (data instanceof Float32Array) return data;
  throw new Error("the recognizer's logits are not floats");
}

function tensorNamed(tensors: Cache, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`the recognizer's model has no ${name}`);
  return tensor;
}

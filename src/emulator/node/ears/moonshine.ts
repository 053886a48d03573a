/** Moonshine tiny: the words of one utterance, by greedy decoding with a key-value cache. English only. */
import { Tensor } from "onnxruntime-web";
import type { InferenceSession } from "onnxruntime-web";
import llama from "llama-tokenizer-js";
import { openModel } from "../models.ts";

const layers = 6;
const heads = 8;
const headSize = 36;
const startToken = 1;
const endToken = 2;
/** Nobody speaks more tokens in a second; the bound stops a decoder that repeats itself. */
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
    const heard = await this.#encode(audio);
    const tokens = [startToken];
    const most = Math.ceil((audio.length / 16_000) * tokensPerSecond) + 3;
    let cache = emptyCache();
    while (tokens.length <= most) {
      const first = tokens.length === 1;
      const output = await this.#decode(tokens.at(-1) ?? startToken, heard, first, cache);
      const token = likeliest(logitsOf(output), first);
      if (token === endToken) break;
      tokens.push(token);
      cache = nextCache(output, cache, first);
    }
    return llama.decode(tokens, true, true).trim();
  }

  async #encode(audio: Float32Array): Promise<Tensor> {
    const input_values = new Tensor("float32", audio, [1, audio.length]);
    const output = await this.#encoder.run({ input_values });
    return named(output, "last_hidden_state");
  }

  async #decode(token: number, heard: Tensor, first: boolean, cache: Cache): Promise<Cache> {
    return this.#decoder.run({
      input_ids: new Tensor("int64", BigInt64Array.of(BigInt(token)), [1, 1]),
      encoder_hidden_states: heard,
      use_cache_branch: new Tensor("bool", [!first], [1]),
      ...cache,
    });
  }
}

function emptyCache(): Cache {
  const empty = () => new Tensor("float32", new Float32Array(0), [0, heads, 1, headSize]);
  return Object.fromEntries(cacheNames.map((name) => [`past_key_values.${name}`, empty()]));
}

/** The encoder's half is computed at the first step only; later steps return it empty. */
function nextCache(output: Cache, before: Cache, first: boolean): Cache {
  return Object.fromEntries(
    cacheNames.map((name) => {
      const past = `past_key_values.${name}`;
      const fresh = first || name.includes("decoder");
      return [past, fresh ? named(output, `present.${name}`) : named(before, past)];
    }),
  );
}

/**
 * The likeliest next token. The end is refused as the first one: the detector has already said that
 * this is speech, and without the refusal short words come out empty.
 */
function likeliest(logits: Float32Array, first: boolean): number {
  let best = 0;
  for (let token = 1; token < logits.length; token += 1) {
    if (first && token === endToken) continue;
    if ((logits[token] ?? 0) > (logits[best] ?? 0)) best = token;
  }
  return best;
}

function logitsOf(output: Cache): Float32Array {
  const { data } = named(output, "logits");
  if (data instanceof Float32Array) return data;
  throw new Error("the recogniser's logits are not floats");
}

function named(tensors: Cache, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`the recogniser's model has no ${name}`);
  return tensor;
}

/**
 * libopus 1.6.1, compiled to WebAssembly by the package libopus-wasm: encoders and decoders of mono PCM16.
 *
 * The package itself compiles its WebAssembly when it runs, which Workers forbid. `scripts/libopus.ts` writes the same
 * bytes to `libopus.wasm`, and this file takes the place of the package's JavaScript.
 *
 * WebAssembly's memory belongs to all conversations of a process, never shrinks, and is unknown to the garbage collector:
 * an object that is evicted could not free its coders in time. So libopus has one coder of each kind. The state of the one
 * that uses it is copied in, and that of the one before out, to an array that is collected with its conversation.
 */
const names = {
  memory: "g",
  initialize: "h",
  createEncoder: "i",
  destroyEncoder: "j",
  encode: "k",
  encoderControl: "m",
  createDecoder: "q",
  destroyDecoder: "r",
  decode: "s",
  allocate: "E",
} as const;

/** By the package's names; a test compares them with the installed package. */
export const usedExports: Readonly<Record<string, string>> = {
  create_encoder: names.createEncoder,
  destroy_encoder: names.destroyEncoder,
  encode: names.encode,
  encoder_ctl: names.encoderControl,
  create_decoder: names.createDecoder,
  destroy_decoder: names.destroyDecoder,
  decode: names.decode,
  malloc: names.allocate,
};

type Function = (...parameters: number[]) => number;

/**
 * Constants of opus_defines.h. With a restricted delay libopus uses CELT alone: at these rates the recogniser hears speech
 * better than from SILK with CELT above it, and a packet takes a quarter of the time to encode.
 */
const restrictedLowDelay = 2051;
const setBitrate = 4002;
const setComplexity = 4010;
const resetState = 4028;

/** RFC 6716: a packet has at most 120 ms, and 1,275 bytes for each 20 ms of them. */
const maxPacketBytes = 6 * 1_275;
const maxPacketMs = 120;
const maxSamples = maxPacketMs * 48;

/** 20 ms: the longest frame of CELT. */
export const packetMs = 20;

/** Of a block that `malloc` gives. */
const blockHeaderBytes = 8;
/** An encoder has 32 KB, a decoder 18. */
const maxCoderBytes = 128 * 1024;

interface Coder {
  readonly at: number;
  /** The state of a new one. */
  readonly initial: Uint8Array;
  /** The state that is in it now: the array has an older one. */
  holder: Uint8Array | undefined;
}

interface EncoderSettings {
  /** Samples per second. */
  readonly rate: number;
  /** Bits per second, on average. */
  readonly bitrate: number;
  /** 0 to 10: quality, paid for with processor time. */
  readonly complexity: number;
}

export class Libopus {
  readonly #functions: Readonly<Record<string, Function>>;
  readonly #memory: WebAssembly.Memory;
  /** Addresses of one packet, and of the samples of one. Nothing is encoded or decoded at the same time. */
  readonly #packetAt: number;
  readonly #samplesAt: number;
  /** By kind and settings. */
  readonly #coders = new Map<string, Coder>();

  /** @param module `libopus.wasm`. */
  constructor(module: WebAssembly.Module) {
    const imports: Record<string, Record<string, () => number>> = {};
    // Calls of an operating system, for messages that precede a trap.
    for (const each of WebAssembly.Module.imports(module))
      (imports[each.module] ??= {})[each.name] = () => 0;
    const { exports } = new WebAssembly.Instance(module, imports);
    this.#functions = exports as Record<string, Function>;
    this.#memory = exports[names.memory] as WebAssembly.Memory;
    this.#call("initialize");
    this.#packetAt = this.#call("allocate", maxPacketBytes);
    this.#samplesAt = this.#call("allocate", 2 * maxSamples);
  }

  createEncoder({ rate, bitrate, complexity }: EncoderSettings): OpusEncoder {
    const coder = this.#coder(`encoder ${rate} ${bitrate} ${complexity}`, "destroyEncoder", () => {
      const encoder = this.#call("createEncoder", rate, 1, restrictedLowDelay, this.#samplesAt);
      for (const [control, value] of [
        [setBitrate, bitrate],
        [setComplexity, complexity],
      ] as const)
        this.#call("encoderControl", encoder, control, value);
      return encoder;
    });
    const state = coder.initial.slice();
    return {
      encode: (pcm) => this.#encode(this.#hold(coder, state), pcm),
      reset: () => void this.#call("encoderControl", this.#hold(coder, state), resetState, 0),
    };
  }

  /** @param rate samples per second. */
  createDecoder(rate: number): OpusDecoder {
    const coder = this.#coder(`decoder ${rate}`, "destroyDecoder", () =>
      this.#call("createDecoder", rate, 1, this.#samplesAt),
    );
    const state = coder.initial.slice();
    const maxCount = (rate / 1_000) * maxPacketMs;
    return { decode: (packet) => this.#decode(this.#hold(coder, state), packet, maxCount) };
  }

  /** @throws Error if libopus has no memory left, or places its coders in another way. */
  #coder(kind: string, destroy: "destroyEncoder" | "destroyDecoder", create: () => number): Coder {
    const known = this.#coders.get(kind);
    if (known) return known;
    const at = create();
    // The next one lies directly behind it: their distance is the size.
    const next = create();
    const bytes = next - at - blockHeaderBytes;
    if (at === 0 || bytes <= 0 || bytes > maxCoderBytes)
      throw new Error(`libopus has no room for an ${kind}: ${at}, ${next}`);
    this.#call(destroy, next);
    const coder: Coder = { at, initial: this.#bytes(at, bytes).slice(), holder: undefined };
    this.#coders.set(kind, coder);
    return coder;
  }

  /** @returns the coder's address, with this state in it. */
  #hold(coder: Coder, state: Uint8Array): number {
    const { at, holder } = coder;
    if (holder === state) return at;
    const memory = this.#bytes(at, state.byteLength);
    holder?.set(memory);
    memory.set(state);
    coder.holder = state;
    return at;
  }

  #encode(encoder: number, pcm: Uint8Array): Uint8Array {
    this.#bytes(this.#samplesAt, pcm.byteLength).set(pcm);
    const samples = pcm.byteLength / 2;
    const packetAt = this.#packetAt;
    const bytes = this.#call("encode", encoder, this.#samplesAt, samples, packetAt, maxPacketBytes);
    if (bytes < 0) throw new Error(`libopus encodes no ${samples} samples: error ${bytes}`);
    return this.#bytes(packetAt, bytes).slice();
  }

  #decode(decoder: number, packet: Uint8Array, maxCount: number): Uint8Array | undefined {
    if (packet.byteLength === 0 || packet.byteLength > maxPacketBytes) return undefined;
    this.#bytes(this.#packetAt, packet.byteLength).set(packet);
    const [from, to] = [this.#packetAt, this.#samplesAt];
    const count = this.#call("decode", decoder, from, packet.byteLength, to, maxCount, 0);
    return count < 0 ? undefined : this.#bytes(to, 2 * count).slice();
  }

  /** A view: the memory may grow, which ends earlier views. */
  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length);
  }

  #call(name: keyof typeof names, ...parameters: number[]): number {
    return this.#functions[names[name]]?.(...parameters) ?? Number.NaN;
  }
}

export interface OpusEncoder {
  /** @param pcm 2.5, 5, 10, 20, 40 or 60 ms. @throws Error for another length. @returns one packet. */
  encode(pcm: Uint8Array): Uint8Array;
  /** Forgets the audio so far. */
  reset(): void;
}

export interface OpusDecoder {
  /** @returns the packet's audio, up to 120 ms; undefined for an invalid packet. */
  decode(packet: Uint8Array): Uint8Array | undefined;
}

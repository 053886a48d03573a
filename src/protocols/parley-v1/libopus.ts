/**
 * libopus 1.6.1, compiled to WebAssembly by the package libopus-wasm: encoders and decoders of mono PCM16.
 *
 * The package itself compiles its WebAssembly when it runs, which Workers forbid. `scripts/libopus.ts` writes the same
 * bytes to `libopus.wasm`, and this file takes the place of the package's JavaScript.
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

/** Constants of opus_defines.h. */
const voip = 2048;
const setBitrate = 4002;
const setComplexity = 4010;
const setSignal = 4024;
const voice = 3001;
const resetState = 4028;

/** RFC 6716: a packet has at most 120 ms, and 1,275 bytes for each 20 ms of them. */
const maxPacketBytes = 6 * 1_275;
const maxPacketMs = 120;
const maxSamples = maxPacketMs * 48;

/** 20 ms: longer packets of speech sound worse at the same rate, and are smaller by 8 %. */
export const packetMs = 20;

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
  /** A conversation that is evicted from memory says nothing: what it held is freed with its objects. */
  readonly #freed = new FinalizationRegistry<() => void>((free) => free());

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
    const encoder = this.#call("createEncoder", rate, 1, voip, this.#samplesAt);
    for (const [control, value] of [
      [setBitrate, bitrate],
      [setComplexity, complexity],
      [setSignal, voice],
    ] as const)
      this.#call("encoderControl", encoder, control, value);
    const handle: OpusEncoder = {
      encode: (pcm) => this.#encode(encoder, pcm),
      reset: () => void this.#call("encoderControl", encoder, resetState, 0),
    };
    this.#freed.register(handle, () => this.#call("destroyEncoder", encoder));
    return handle;
  }

  /** @param rate samples per second. */
  createDecoder(rate: number): OpusDecoder {
    const decoder = this.#call("createDecoder", rate, 1, this.#samplesAt);
    const maxCount = (rate / 1_000) * maxPacketMs;
    const handle: OpusDecoder = { decode: (packet) => this.#decode(decoder, packet, maxCount) };
    this.#freed.register(handle, () => this.#call("destroyDecoder", decoder));
    return handle;
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

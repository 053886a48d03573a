/** The Opus of one connection, both ways, as `hello` negotiated it. Without it audio is PCM and events pass at once. */
import { opusPackets, type AudioDirection } from "../../../../src/wire/parley-v1.ts";
import { speakerSampleRate } from "../../../../src/wire/pcm.ts";
import type { ConnectionEvent } from "./connection.ts";
import { EventOrder } from "./event-order.ts";
import {
  packetSamples,
  type OpusCodecs,
  type OpusDecoder,
  type OpusEncoder,
} from "./opus-codecs.ts";
import type { Platform } from "./platform.ts";

interface OpusAudioEvents {
  /** A packet of the microphone, to be sent. @returns whether it was, and was not dropped. */
  packet(packet: ArrayBuffer): boolean;
  event(event: ConnectionEvent): void;
  /** A codec failed: from the next `hello` on audio must be PCM. */
  failed(): void;
}

/** A decoder that yields nothing for so long must not hold captions back. */
const decodeTimeoutMs = 2_000;

export class OpusAudio {
  readonly #platform: Pick<Platform, "after" | "now" | "opus">;
  readonly #events: OpusAudioEvents;
  readonly #order: EventOrder;
  #encoder: OpusEncoder | undefined;
  #decoder: OpusDecoder | undefined;
  /** Samples that the encoder was given, and that its packets hold so far. */
  #given = 0;
  #encoded = 0;
  /** Audio of which a packet is still to come: where it ends, and its callback. */
  #unsent: { readonly end: number; readonly sent: (at: number) => void }[] = [];
  #hasFailed = false;
  #cancelTimeout: (() => void) | undefined;

  constructor(platform: Pick<Platform, "after" | "now" | "opus">, events: OpusAudioEvents) {
    this.#platform = platform;
    this.#events = events;
    this.#order = new EventOrder((event) => events.event(event));
  }

  /** For `hello`. */
  get offer(): { opus?: readonly AudioDirection[] } {
    return this.#codecs ? { opus: ["up", "down"] } : {};
  }

  /** The server answered `hello`. */
  start(directions: readonly AudioDirection[]): void {
    this.stop();
    const codecs = this.#codecs;
    const failed = (): void => this.#fail();
    if (directions.includes("up"))
      this.#encoder = codecs?.createEncoder((packet) => this.#packetEncoded(packet), failed);
    if (directions.includes("down"))
      this.#decoder = codecs?.createDecoder((pcm) => this.#decoded(pcm), failed);
  }

  stop(): void {
    this.#encoder?.close();
    this.#decoder?.close();
    this.#encoder = this.#decoder = undefined;
    this.#given = this.#encoded = 0;
    this.#unsent = [];
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
    this.#order.giveUp();
  }

  /** @param pcm mono PCM16, 16 kHz. @param sent as of `sendAudio`. @returns false if it must be sent as it is. */
  encode(pcm: ArrayBuffer, sent?: (at: number) => void): boolean {
    if (!this.#encoder) return false;
    this.#given += pcm.byteLength / 2;
    if (sent) this.#unsent.push({ end: this.#given, sent });
    this.#encoder.encode(pcm);
    return true;
  }

  /** Sends what must not overtake the microphone's audio. */
  sendAfterAudio(send: () => void): void {
    if (this.#encoder) this.#encoder.flush().then(send, send);
    else send();
  }

  /** @param payload of a frame of Opus. */
  decode(payload: Uint8Array, seq: number): void {
    for (const packet of this.#decoder ? opusPackets(payload) : []) {
      this.#order.expectAudio(seq);
      this.#decoder?.decode(packet);
    }
    if (this.#order.isWaiting) this.#watch();
  }

  /** An event that must not overtake the audio before it. */
  push(event: ConnectionEvent): void {
    this.#order.push(event);
  }

  get #codecs(): OpusCodecs | undefined {
    return this.#hasFailed ? undefined : this.#platform.opus?.();
  }

  #packetEncoded(packet: ArrayBuffer): void {
    const isSent = this.#events.packet(packet);
    this.#encoded += packetSamples;
    while ((this.#unsent[0]?.end ?? Infinity) <= this.#encoded) {
      const complete = this.#unsent.shift();
      if (isSent) complete?.sent(this.#platform.now());
    }
  }

  #decoded(pcm: Uint8Array): void {
    this.#order.decoded({ kind: "audio", pcm, rate: speakerSampleRate });
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
    if (this.#order.isWaiting) this.#watch();
  }

  #watch(): void {
    this.#cancelTimeout ??= this.#platform.after(decodeTimeoutMs, () => this.#fail());
  }

  #fail(): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.stop();
    this.#events.failed();
  }
}

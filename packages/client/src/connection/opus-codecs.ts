/** The codecs that a connection needs for Opus. They work in the background and answer later, in order. */

/** A packet of the microphone, in samples at 16 kHz: 40 ms, as long as its frames. */
export const packetSamples = 640;

export interface OpusEncoder {
  /** Mono PCM16, 16 kHz. The caller may reuse the buffer. */
  encode(pcm: ArrayBuffer): void;
  /** Resolves when everything encoded so far was emitted. */
  flush(): Promise<void>;
  close(): void;
}

export interface OpusDecoder {
  /** Each packet is emitted as mono PCM16, 24 kHz. */
  decode(packet: Uint8Array): void;
  close(): void;
}

export interface OpusCodecs {
  createEncoder(emit: (packet: ArrayBuffer) => void, failed: () => void): OpusEncoder;
  createDecoder(emit: (pcm: Uint8Array) => void, failed: () => void): OpusDecoder;
}

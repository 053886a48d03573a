/** A client of the bench, whatever its protocol. */
import type { Stamp } from "../stamp.ts";

export interface BenchClient {
  /** Sends a microphone frame (PCM, 16 kHz). */
  send(pcm: Uint8Array): void;
  /** Bytes on its sockets so far, headers of WebSocket and HTTP included. */
  wireBytes(): WireBytes;
  close(): void;
}

export interface WireBytes {
  readonly up: number;
  readonly down: number;
}

/** Takes what a client receives. */
export interface Receiver {
  /** @param stamp of an audio frame of the model, if the frame has one. */
  onAudio(stamp: Stamp | undefined): void;
  /** The relay did not send this much audio, and says so. */
  onSkipped(ms: number): void;
  /** The connection was closed by the other end. */
  onClosed(reason: string): void;
}

/** @param url `ws://host:port`. @returns when the client has joined. */
export type Connect = (
  url: string,
  conversation: string,
  receiver: Receiver,
) => Promise<BenchClient>;

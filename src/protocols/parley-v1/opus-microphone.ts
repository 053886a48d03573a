/** The protocol of one parley.v1 client that sends Opus: a binary frame is a packet, and the decoder has a state. */
import { micSampleRate } from "../../wire/pcm.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import type { ClientError } from "../../core/errors.ts";
import type { Protocol } from "../protocol.ts";
import { invalidFrame } from "../validators.ts";
import { parleyV1 } from "./codec.ts";
import type { OpusDecoder } from "./libopus.ts";
import { loadedOpus } from "./load-opus.ts";

export function withOpusMicrophone(): Protocol {
  let decoder: OpusDecoder | undefined;
  const decodePacket = (packet: ArrayBuffer): ClientRequest | ClientError => {
    decoder ??= loadedOpus()?.createDecoder(micSampleRate);
    const pcm = decoder?.decode(new Uint8Array(packet));
    return pcm ? { type: "audio", pcm, rate: micSampleRate } : notOpus(packet.byteLength);
  };
  return {
    ...parleyV1,
    decode: (frame) => (typeof frame === "string" ? parleyV1.decode(frame) : decodePacket(frame)),
  };
}

const notOpus = (bytes: number): ClientError =>
  invalidFrame(
    `a binary frame of ${bytes} bytes is no packet of Opus, which "hello" announced; send one packet a frame, without a container`,
  );

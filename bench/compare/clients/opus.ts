/** parley.v1 with Opus both ways. No stamp survives it, so clicks time it. */
import { readFileSync } from "node:fs";
import { Libopus } from "../../../src/protocols/parley-v1/libopus.ts";
import { audioDirections, headerBytes, opusPackets } from "../../../src/wire/parley-v1.ts";
import { micSampleRate, speakerSampleRate } from "../../../src/wire/pcm.ts";
import { clickInterval, clickNoise, Clicks, isClick, noise } from "../noise.ts";
import type { Connect } from "./client.ts";
import { clientOf, joinParley } from "./websocket.ts";

const file = new URL("../../../src/protocols/parley-v1/libopus.wasm", import.meta.url);
let libopus: Libopus | undefined;
const loadLibopus = (): Libopus =>
  (libopus ??= new Libopus(new WebAssembly.Module(readFileSync(file))));

/** As the page's. */
const settings = { rate: micSampleRate, bitrate: 32_000, complexity: 4 };

export const connectParleyOpus: Connect = async (url, conversation, receiver) => {
  const clicks = new Clicks();
  const decoder = loadLibopus().createDecoder(speakerSampleRate);
  const { link, answer } = await joinParley(url, conversation, receiver, {
    hello: { type: "hello", opus: audioDirections },
    onAudio(frame) {
      const heard = opusPackets(frame.subarray(headerBytes)).map((packet) =>
        decoder.decode(packet),
      );
      const isLoud = heard.some((pcm) => pcm && isClick(new Int16Array(pcm.buffer)));
      receiver.onAudio(isLoud ? clicks.heard() : undefined);
    },
  });
  if (answer.type !== "hello" || answer.opus?.length !== audioDirections.length)
    throw new Error(`parley does not take Opus both ways: ${JSON.stringify(answer)}`);
  let sent = 0;
  return clientOf(link, ({ byteLength }) => {
    clicks.next();
    const packets = packetsOf(byteLength);
    return packets[sent++ % packets.length] ?? new Uint8Array();
  });
};

/** By the length of their PCM. */
const encoded = new Map<number, readonly Uint8Array[]>();

/** A second of packets of 20 ms, encoded once for all clients: noise, with a click at the end. */
function packetsOf(bytes: number): readonly Uint8Array[] {
  const known = encoded.get(bytes) ?? encode(bytes);
  encoded.set(bytes, known);
  return known;
}

/** A packet depends on those before it: the second of two rounds follows its own end. */
function encode(bytes: number): readonly Uint8Array[] {
  const encoder = loadLibopus().createEncoder(settings);
  const quiet = noise(bytes);
  const round = [...Array.from({ length: clickInterval - 1 }, () => quiet), clickNoise(bytes)];
  return [...round, ...round].map((pcm) => encoder.encode(pcm)).slice(clickInterval);
}

/** Clients that send and receive by one WebSocket. */
import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import { AckSender } from "../../../packages/client/src/connection/ack-sender.ts";
import {
  headerBytes,
  subprotocol,
  type ClientFrame,
  type ServerFrame,
} from "../../../src/wire/parley-v1.ts";
import { stampInBase64, stampOf } from "../stamp.ts";
import type { BenchClient, Connect, Receiver } from "./client.ts";
import { CountedSockets } from "./counted-sockets.ts";

/** Binary PCM both ways, as the floor and the relay in Node take it. */
export const connectBare: Connect = async (url, conversation, receiver) => {
  const link = await open(`${url}/${conversation}`, receiver);
  link.socket.on("message", (frame: Buffer) => receiver.onAudio(stampOf(frame)));
  return clientOf(link);
};

export const connectParley: Connect = async (url, conversation, receiver) => {
  const { link } = await joinParley(url, conversation, receiver, {
    hello: { type: "hello" },
    onAudio: (frame) => receiver.onAudio(stampOf(frame.subarray(headerBytes))),
  });
  return clientOf(link);
};

interface ParleyClient {
  readonly hello: ClientFrame;
  /** Takes a binary frame. */
  readonly onAudio: (frame: Buffer) => void;
}

/** @returns with the answer to `hello`. */
export async function joinParley(
  url: string,
  conversation: string,
  receiver: Receiver,
  { hello, onAudio }: ParleyClient,
): Promise<{ link: Link; answer: ServerFrame }> {
  const link = await open(`${url}/ws/${conversation}/bench`, receiver, { protocol: subprotocol });
  const { socket } = link;
  const answer = JSON.parse(await answered(socket, JSON.stringify(hello))) as ServerFrame;
  let seq = 0;
  const acks = new AckSender(timers, () => socket.send(`{"type":"ack","seq":${seq}}`));
  socket.on("message", (frame: Buffer, isBinary: boolean) => {
    if (isBinary) onAudio(frame);
    seq = isBinary ? seqOf(frame) : readJson(frame, receiver);
    acks.countReceived(frame.byteLength);
  });
  return { link, answer };
}

const timers = {
  now: () => performance.now(),
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** The low 24 bits: a round is shorter than that. */
const seqOf = (frame: Buffer): number => frame.readUInt32BE(0) & 0xff_ffff;

/** @returns the number of the frame. */
function readJson(data: Buffer, receiver: Receiver): number {
  const frame = JSON.parse(data.toString()) as ServerFrame;
  if (frame.type === "skipped") receiver.onSkipped(frame.ms);
  return frame.seq;
}

/** ADK's bidi-demo: binary PCM up, events as JSON down. */
export const connectAdk: Connect = async (url, conversation, receiver) => {
  const link = await open(`${url}/ws/${conversation}/bench`, receiver);
  link.socket.on("message", (frame: Buffer) => readBase64(frame.toString(), receiver));
  return clientOf(link);
};

const livePath = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

/** The Live API itself, without a relay. */
export const connectDirectly: Connect = (url, _, receiver) => connectByLiveApi(url, receiver);

/** A Live API client of the relay. */
export const connectLive: Connect = (url, conversation, receiver) =>
  connectByLiveApi(`${url}/live/assistant/${conversation}/bench`, receiver);

async function connectByLiveApi(base: string, receiver: Receiver): Promise<BenchClient> {
  const link = await open(`${base}${livePath}?key=bench`, receiver);
  const { socket } = link;
  await answered(
    socket,
    '{"setup":{"model":"models/gemini-3.8-live","generationConfig":{"responseModalities":["AUDIO"]}}}',
  );
  socket.on("message", (frame: Buffer) => readBase64(frame.toString(), receiver));
  return clientOf(link, (pcm) => {
    const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
    return `{"realtimeInput":{"audio":{"data":"${data}","mimeType":"audio/pcm;rate=16000"}}}`;
  });
}

export interface Link {
  readonly socket: WebSocket;
  readonly sockets: CountedSockets;
}

export async function open(
  url: string,
  receiver: Receiver,
  { protocol, ...options }: ClientOptions = {},
): Promise<Link> {
  const sockets = new CountedSockets();
  const socket = new WebSocket(url, protocol, {
    perMessageDeflate: false,
    // As for a request of HTTP: the second form of the arguments does not occur.
    createConnection: sockets.open as ClientOptions["createConnection"],
    ...options,
  });
  await once(socket, "open");
  socket.on("close", (code, reason) => receiver.onClosed(`${code} ${reason.toString()}`.trim()));
  socket.on("error", () => undefined);
  return { socket, sockets };
}

/** Sends a first frame. @returns the answer. */
async function answered(socket: WebSocket, frame: string): Promise<string> {
  const message = once(socket, "message");
  socket.send(frame);
  const [answer] = (await message) as [Buffer];
  return answer.toString();
}

export const clientOf = (
  { socket, sockets }: Link,
  encode: (pcm: Uint8Array) => Uint8Array | string = (pcm) => pcm,
): BenchClient => ({
  send: (pcm) => socket.send(encode(pcm)),
  wireBytes: () => sockets.bytes(),
  close() {
    socket.removeAllListeners("close");
    socket.terminate();
  },
});

export function readBase64(text: string, receiver: Receiver): void {
  const key = text.indexOf('"data"');
  if (key >= 0) receiver.onAudio(stampInBase64(text, text.indexOf('"', key + 6) + 1));
}

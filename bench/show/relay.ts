/**
 * The latency that the relay adds to a reply frame: send to receipt through the relay, minus the same without it.
 *
 * A server in this process plays the Live API's side and sends reply frames of the usual size at the usual pace, so
 * that one clock times both ends. Rounds through the relay and without it alternate. The client speaks parley.v1 and
 * acknowledges: for the other protocols the relay paces long replies on purpose.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { Client } from "../../test/support/client.ts";
import { startParley } from "../../test/support/parley.ts";
import { decodeAudioFrame, subprotocol, type ServerFrame } from "../../src/wire/parley-v1.ts";
import { median } from "./statistics.ts";

/** Frames of one reply, their audio in bytes, and the pace in ms: as measured on gemini-3.8-live. */
const reply = { frames: 50, bytes: 12_000, intervalMs: 33 };

/** @returns for each audio frame through the relay, its delay minus the median delay without one, in ms. */
export async function showRelay(rounds: number): Promise<number[]> {
  const pacer = await startPacer();
  const parley = await startParley({ settings: { LIVE_API_URL: pacer.url, ALLOW_ANONYMOUS: "1" } });
  const relayedDelays: number[] = [];
  const directDelays: number[] = [];
  try {
    // The first round warms up both and does not count.
    for (let round = 0; round <= rounds; round++) {
      const relayed = delays(
        await receiveThroughRelay(`${parley.url}/ws/ann/relay-${round}`),
        pacer,
      );
      const direct = delays(await receiveDirectly(`${pacer.url}/`), pacer);
      if (round === 0) continue;
      relayedDelays.push(...relayed);
      directDelays.push(...direct);
    }
  } finally {
    await parley.stop();
    pacer.stop();
  }
  const baseline = median(directDelays);
  return relayedDelays.map((delay) => delay - baseline);
}

interface Pacer {
  readonly url: string;
  /** Time of the send of each frame of the latest reply. */
  sent: number[];
  stop(): void;
}

async function startPacer(): Promise<Pacer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const pacer: Pacer = { url: `http://127.0.0.1:${port}`, sent: [], stop: () => server.close() };
  server.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { setup?: object };
      if (message.setup) socket.send(frame({ setupComplete: {} }));
      else play(pacer, (bytes) => socket.send(bytes));
    });
  });
  return pacer;
}

const frame = (message: object): Buffer => Buffer.from(`${JSON.stringify(message, null, 2)}\n`);

function play(pacer: Pacer, send: (bytes: Buffer) => void): void {
  const data = Buffer.alloc(reply.bytes, 7).toString("base64");
  const inlineData = { mimeType: "audio/pcm;rate=24000", data };
  const audio = frame({ serverContent: { modelTurn: { parts: [{ inlineData }] } } });
  pacer.sent = [];
  const timer = setInterval(() => {
    pacer.sent.push(performance.now());
    send(audio);
    if (pacer.sent.length < reply.frames) return;
    clearInterval(timer);
    send(frame({ serverContent: { turnComplete: true } }));
  }, reply.intervalMs);
}

const delays = (received: readonly number[], { sent }: Pacer): number[] =>
  received.map((at, index) => at - (sent[index] ?? Number.NaN));

/** @returns the time of receipt of each frame of a reply, without the relay. */
async function receiveDirectly(url: string): Promise<number[]> {
  const client = new Client<{ serverContent?: { turnComplete?: boolean } }>(url);
  await client.send({ clientContent: { turnComplete: true } });
  await client.next((message) => message.serverContent?.turnComplete === true);
  await client.close();
  return client.all.slice(-1 - reply.frames, -1).map(({ at }) => at);
}

/** @returns the same through the relay. */
async function receiveThroughRelay(url: string): Promise<number[]> {
  const socket = new WebSocket(url, subprotocol, { perMessageDeflate: false });
  socket.binaryType = "arraybuffer";
  const received: number[] = [];
  const completed = Promise.withResolvers<void>();
  let seq = 0;
  const sendFrame = (frame: object): void => socket.send(JSON.stringify(frame));
  socket.on("message", (data: ArrayBuffer | Buffer, binary) => {
    const sound = binary ? decodeAudioFrame(data as ArrayBuffer, seq) : undefined;
    if (sound) received.push(performance.now());
    const frame = sound ?? (JSON.parse(new TextDecoder().decode(data)) as ServerFrame);
    seq = Math.max(seq, frame.seq);
    sendFrame({ type: "ack", seq });
    if (!("type" in frame)) return;
    if (frame.type === "hello") sendFrame({ type: "text", text: "Go." });
    if (frame.type === "event" && frame.event.turnComplete) completed.resolve();
  });
  socket.once("open", () => sendFrame({ type: "hello" }));
  await completed.promise;
  socket.terminate();
  return received;
}

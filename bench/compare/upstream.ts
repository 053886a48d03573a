/**
 * The Live API's side of the bench, a process of its own: it answers each microphone frame at once with audio of the
 * same duration, in the service's framing (binary, JSON indented by two).
 *
 *     node bench/compare/upstream.ts      prints its port, then one JSON line with its figures for each line of input
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";
import { noise, nowUs, stampBase64, stampInBase64 } from "./stamp.ts";

/** From send at the client to receipt here, in µs, since the last report. */
let delays: number[] = [];
/** A word of the transcript comes this often, in µs: audio without words is a fault of the model. */
const wordUs = 1_000_000;
/** Replies by duration of the microphone frame in ms: base64 of 24 kHz PCM. */
const replies = new Map<number, string>();

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
await once(server, "listening");
console.log((server.address() as AddressInfo).port);

server.on("connection", (socket) => {
  let saidAt = 0;
  socket.on("message", (data: Buffer) => {
    const message = data.toString();
    const start = audioStart(message);
    if (start === undefined) {
      if (message.includes('"setup"')) socket.send(frame({ setupComplete: {} }));
      return;
    }
    const now = nowUs();
    const { client } = stampInBase64(message, start);
    delays.push(now - client);
    const length = message.indexOf('"', start) - start;
    const reply = stampBase64(replyTo(length), { client, upstream: nowUs() });
    socket.send(frame(audio(reply)));
    if (now - saidAt < wordUs) return;
    saidAt = now;
    socket.send(frame({ serverContent: { outputTranscription: { text: " and" } } }));
  });
});

for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(delays));
  delays = [];
}
process.exit(0);

function audio(data: string): object {
  const inlineData = { mimeType: "audio/pcm;rate=24000", data };
  return { serverContent: { modelTurn: { parts: [{ inlineData }] } } };
}

function frame(message: object): Buffer {
  return Buffer.from(`${JSON.stringify(message, null, 2)}\n`);
}

/** Index of the base64 of a microphone frame; undefined in other messages. */
function audioStart(message: string): number | undefined {
  if (!message.includes('"realtimeInput"')) return undefined;
  const key = message.indexOf('"data"');
  return key < 0 ? undefined : message.indexOf('"', key + 6) + 1;
}

/** @param length of the microphone frame in base64, 16 kHz. */
function replyTo(length: number): string {
  const ms = Math.round((length * 3) / 4 / 32);
  const known = replies.get(ms);
  if (known !== undefined) return known;
  const reply = Buffer.from(noise(ms * 48)).toString("base64");
  replies.set(ms, reply);
  return reply;
}

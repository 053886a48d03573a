/**
 * The Live API's side of the bench, a process of its own. It answers each microphone frame at once with audio of the
 * same duration, or speaks by itself, in the service's framing (binary, JSON indented by two).
 *
 *     node bench/compare/upstream.ts [--words]      prints its port, then one JSON line for each line of input (upstream-process.ts)
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { WebSocketServer, type WebSocket } from "ws";
import { clickNoise, isClick, noise, tone, type Sound } from "./noise.ts";
import { pace, type Pace } from "./pace.ts";
import { nowUs, stampBase64, stampInBase64 } from "./stamp.ts";
import type { Command, Report, Speech } from "./upstream-process.ts";

/** With `--words`, a word of the transcript comes this often, in µs. */
const wordUs = process.argv.includes("--words") ? 1_000_000 : Infinity;
/** Successive frames differ in pitch: to parley, a steady sound without words is a model that has broken down. */
const voices: readonly Sound[] = [
  noise,
  (bytes) => tone(bytes, 1_000),
  (bytes) => tone(bytes, 100),
];
/** A reply of the model that speaks by itself, in ms. */
const replyMs = 4_200;

/** Base64 of 24 kHz PCM, by duration in ms. */
const replies = new Map<Sound, Map<number, string>>();
/** What was said in each session: frames of audio, and when the last word. */
const sessions = new Map<WebSocket, { frames: number; wordAt: number }>();
let speech: Pace | undefined;
/** Frames that were sent before do not count, in µs. */
let since = 0;
let report: Report = { delays: [], received: 0, sent: 0, total: 0 };

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
await once(server, "listening");
console.log((server.address() as AddressInfo).port);

server.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => receive(socket, data.toString()));
  socket.on("close", () => sessions.delete(socket));
});

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(obey(JSON.parse(line) as Command)));
process.exit(0);

function obey(command: Command): object {
  if (command.type === "speak") speech = speakToAll(command.speech);
  if (command.type === "silence") speech?.stop();
  if (command.type === "begin")
    [since, report] = [command.since, { ...report, delays: [], received: 0, sent: 0 }];
  const { delays: _, ...counts } = report;
  return command.type === "report" ? report : counts;
}

function receive(socket: WebSocket, message: string): void {
  const start = audioStart(message);
  if (start === undefined) {
    if (!message.includes('"setup"')) return answerText(socket, message);
    sessions.set(socket, { frames: 0, wordAt: 0 });
    return socket.send(frame({ setupComplete: {} }));
  }
  const now = nowUs();
  const stamp = stampInBase64(message, start);
  const isCounted = (stamp?.client ?? now) >= since;
  report.total++;
  if (isCounted) report.received++;
  if (isCounted && stamp) report.delays.push(now - stamp.client);
  if (speech) return;
  const base64 = message.slice(start, message.indexOf('"', start));
  const isLoud = !stamp && isClick(samplesOf(base64));
  const ms = Math.round((base64.length * 3) / 4 / 32);
  const reply = isLoud ? replyOf(ms, clickNoise) : nextReply(socket, ms);
  // To a codec a stamp is a click.
  say(socket, stamp ? stampReply(reply, stamp.client) : reply, isCounted);
}

/** A typed turn gets a word and its end. */
function answerText(socket: WebSocket, message: string): void {
  if (!message.includes('"text"')) return;
  socket.send(frame({ serverContent: { outputTranscription: { text: "yes" } } }));
  socket.send(frame({ serverContent: { turnComplete: true } }));
}

/** All sessions speak in replies of `replyMs`, one after the other, each at its own time. */
function speakToAll({ frameMs, speed }: Speech): Pace {
  const all = [...sessions.keys()].map((socket, at) => ({
    socket,
    said: 0,
    // Neither replies nor frames of all sessions begin at the same time.
    startMs: (at * (replyMs + frameMs)) / sessions.size,
  }));
  const frames = Math.round(replyMs / frameMs);
  const begun = performance.now();
  return pace(1, () => {
    const now = performance.now() - begun;
    for (const session of all) {
      const ms = Math.max(0, now - session.startMs);
      const inReply = Math.min(frames, Math.floor(((ms % replyMs) * speed) / frameMs));
      const due = Math.floor(ms / replyMs) * frames + inReply;
      while (session.said < due) {
        say(session.socket, stampReply(nextReply(session.socket, frameMs), 0), nowUs() >= since);
        if (++session.said % frames === 0)
          session.socket.send(frame({ serverContent: { turnComplete: true } }));
      }
    }
  });
}

/** @param client when the microphone frame that it answers was sent, in µs; 0 without one. */
function stampReply(audio: string, client: number): string {
  return stampBase64(audio, { client, upstream: nowUs() });
}

/** @param data base64 of 24 kHz PCM. */
function say(socket: WebSocket, data: string, isCounted: boolean): void {
  if (isCounted) report.sent++;
  const now = nowUs();
  const inlineData = { mimeType: "audio/pcm;rate=24000", data };
  socket.send(frame({ serverContent: { modelTurn: { parts: [{ inlineData }] } } }));
  const session = sessions.get(socket);
  if (!session || now - session.wordAt < wordUs) return;
  session.wordAt = now;
  socket.send(frame({ serverContent: { outputTranscription: { text: " and" } } }));
}

function frame(message: object): Buffer {
  return Buffer.from(`${JSON.stringify(message, null, 2)}\n`);
}

/** Index of the base64 of a microphone frame; undefined in other messages. */
function audioStart(message: string): number | undefined {
  if (!message.includes('"realtimeInput"') && !message.includes('"realtime_input"'))
    return undefined;
  const key = message.indexOf('"data"');
  return key < 0 ? undefined : message.indexOf('"', key + 6) + 1;
}

function samplesOf(base64: string): Int16Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
}

/** @returns base64 of 24 kHz PCM. */
function nextReply(socket: WebSocket, ms: number): string {
  const session = sessions.get(socket);
  const voice = voices[(session?.frames ?? 0) % voices.length];
  if (session) session.frames++;
  return replyOf(ms, voice ?? noise);
}

/** @returns base64 of 24 kHz PCM, made once. */
function replyOf(ms: number, make: Sound): string {
  const known = replies.get(make)?.get(ms) ?? Buffer.from(make(ms * 48)).toString("base64");
  replies.set(make, (replies.get(make) ?? new Map<number, string>()).set(ms, known));
  return known;
}

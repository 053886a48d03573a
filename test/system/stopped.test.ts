/** A workerd that is stopped for a while: its clients read and acknowledge on time, and must not pay for it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { contenders } from "../../bench/compare/contenders.ts";
import type { BenchClient, Receiver } from "../../bench/compare/clients/client.ts";
import { pace } from "../../bench/compare/pace.ts";
import type { Relay } from "../../bench/compare/relay.ts";

const conversations = 10;
const frameMs = 40;
/** A second of each microphone: speech, then a pause in which the silence gate stays open. */
const framesPerPhrase = 1_000 / frameMs;

let relay: Relay | undefined;
let model: EchoingModel | undefined;

afterEach(async () => {
  if (relay?.pid !== undefined) process.kill(relay.pid, "SIGCONT");
  await relay?.stop();
  model?.close();
  relay = model = undefined;
});

/** Hears every frame, answers it with audio of the same length, and understands each phrase. */
class EchoingModel {
  readonly heard = new Set<string>();
  sent = 0;
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) =>
      socket.on("message", (data: Buffer) => this.#receive(socket, data.toString())),
    );
  }

  static async start(): Promise<EchoingModel> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new EchoingModel(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #receive(socket: WebSocket, message: string): void {
    if (message.includes('"setup"')) return socket.send(JSON.stringify({ setupComplete: {} }));
    const base64 = /"data"\s*:\s*"([^"]+)"/.exec(message)?.[1];
    if (base64 === undefined) return;
    const pcm = Buffer.from(base64, "base64");
    const [client, frame] = [pcm.readInt16LE(2), pcm.readInt16LE(4)];
    this.heard.add(`${client}:${frame}`);
    this.#say(socket, { modelTurn: { parts: [{ inlineData: { mimeType, data: reply } }] } });
    this.sent++;
    if (frame % framesPerPhrase !== framesPerPhrase - 1) return;
    this.#say(socket, { inputTranscription: { text: "And?" } });
    this.#say(socket, { outputTranscription: { text: "And." } });
    this.#say(socket, { turnComplete: true });
  }

  #say(socket: WebSocket, serverContent: object): void {
    socket.send(JSON.stringify({ serverContent }));
  }
}

const mimeType = "audio/pcm;rate=24000";
const reply = Buffer.alloc(frameMs * 48).toString("base64");

/** Loud or quiet, with its client and its number in samples that no loudness is measured by. */
function frameOf(client: number, frame: number): Uint8Array {
  const isLoud = frame % framesPerPhrase < framesPerPhrase / 2;
  const samples = new Int16Array(frameMs * 16).fill(isLoud ? 8_000 : 0);
  samples.set([client, frame], 1);
  return new Uint8Array(samples.buffer);
}

class Ears implements Receiver {
  frames = 0;
  skippedMs = 0;
  readonly closed: string[] = [];

  onAudio(): void {
    this.frames++;
  }
  onSkipped(ms: number): void {
    this.skippedMs += ms;
  }
  onClosed(reason: string): void {
    this.closed.push(reason);
  }
}

async function until(isTrue: () => boolean, forMs: number): Promise<void> {
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(50))
    if (isTrue()) return;
}

describe("[FLOW9][LIMIT15] the time for which the object is stopped costs its clients nothing", () => {
  it.each([
    ["parley.v1", 2_500],
    ["parley.v1", 11_000],
    ["ADK", 11_000],
  ] as const)("%s, %i ms", async (name, stoppedMs) => {
    const contender = contenders.find((each) => each.name === name);
    if (!contender) throw new Error(`no ${name}`);
    const echo = (model = await EchoingModel.start());
    relay = await contender.start(echo.url);
    const { pid = 0 } = relay;
    const ears = new Ears();
    const clients: BenchClient[] = [];
    for (let at = 0; at < conversations; at++)
      clients.push(await contender.connect(relay.url, `ann${at}`, ears));
    const talk = pace(frameMs / conversations, (count) => {
      const client = count % conversations;
      clients[client]?.send(frameOf(client, Math.floor(count / conversations)));
    });
    await until(() => ears.frames > conversations * framesPerPhrase, 15_000);
    process.kill(pid, "SIGSTOP");
    await sleep(stoppedMs);
    process.kill(pid, "SIGCONT");
    await sleep(1_000);
    talk.stop();
    await until(() => echo.heard.size === talk.done, 15_000);
    expect(echo.heard.size).toBe(talk.done);
    // ADK's clients get the rest at 1.5 times real time.
    if (name === "parley.v1") await until(() => ears.frames === echo.sent, 10_000);
    expect(ears).toMatchObject({ skippedMs: 0, closed: [] });
    if (name === "parley.v1") expect(ears.frames).toBe(echo.sent);
    for (const client of clients) client.close();
  });
});

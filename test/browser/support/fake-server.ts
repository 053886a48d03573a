/** A server that says what a test tells it to: the page's files with their headers, and parley's own protocol. */
import { readFileSync, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { lookOf } from "../../../src/agents/concierge/catalogue/products.ts";
import { pictureOf } from "../../../src/agents/concierge/draw/picture.ts";
import type { Event } from "../../../src/wire/adk.ts";
import {
  ping,
  pong,
  parseResumePoint,
  subprotocol,
  encodeAudioFrame,
  type ServerFrame,
} from "../../../src/wire/parley-v1.ts";

const publicFolder = join(import.meta.dirname, "../../../public");

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

/** What a page sent: JSON, or a number of bytes of sound. */
export type Frame = Record<string, unknown> | { readonly pcm: Int16Array };

/** What keeps the line going, and says nothing. */
const upkeep = new Set<unknown>(["hello", "ack", "played"]);

const epoch = 1;

export class FakeServer {
  /** All that pages said, oldest first. */
  readonly frames: Frame[] = [];
  /** What keeps the line going. */
  readonly upkeep: Record<string, unknown>[] = [];
  pings = 0;
  /** Addresses at which pages came in. */
  readonly requestedUrls: string[] = [];
  health: object = {
    ok: true,
    upstream: "local emulator",
    model: "gemini-3.8-live",
    defaultAgent: "guide",
    agents: [{ name: "guide" }],
  };
  /** Set to refuse sockets: an error is said, then the close code. */
  refusal: { readonly message: string; readonly code: number } | undefined;
  /** Sockets are open, and nothing goes through any more, either way. */
  frozen = false;
  participants: Extract<ServerFrame, { type: "hello" }>["participants"] = [
    { id: "p1", role: "speaker" },
  ];

  #server: Server | undefined;
  #sockets = new Set<WebSocket>();
  /** Those who said hello: nothing is told to others. */
  readonly #greeted = new WeakSet<WebSocket>();
  #port = 0;
  /** All that was told, for who comes back: the sequence number is the place, and begins with 1. */
  readonly #told: (string | Uint8Array)[] = [];

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  /** Listens; after `shut`, on the port it had before. */
  async open(): Promise<this> {
    const server = createServer((request, response) => this.#serve(request, response));
    const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol });
    sockets.on("connection", (socket, request) => this.#admit(socket, request.url ?? ""));
    await new Promise<void>((listening) => server.listen(this.#port, "localhost", listening));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** The server is gone, sockets and all. */
  async close(): Promise<void> {
    this.drop();
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed) ?? closed(undefined));
  }

  /** The sockets are gone, without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Told to all, also to who comes back. */
  sendEvent(event: Partial<Event>): void {
    const seq = this.#told.length + 1;
    const whole = { id: `e${seq}`, ...event } as Event;
    this.#tell(JSON.stringify({ type: "event", seq, event: whole } satisfies ServerFrame));
  }

  /** A tone as speech of the agent, in pieces as a server sends them. */
  sendTone(seconds: number, hertz = 440): void {
    const samples = tone(seconds, hertz, 24_000);
    const bytes = Buffer.from(samples.buffer);
    for (let at = 0; at < bytes.length; at += 11_115)
      this.sendAudio(bytes.subarray(at, at + 11_115));
  }

  sendAudio(bytes: Buffer): void {
    this.#tell(encodeAudioFrame(this.#told.length + 1, bytes));
  }

  /** Said to those who are here, and not to who comes back. */
  sendUnlogged(frame: object): void {
    for (const socket of this.#present)
      socket.send(JSON.stringify({ seq: this.#told.length, ...frame }));
  }

  closeSockets(code: number, reason = ""): void {
    for (const socket of this.#sockets) socket.close(code, reason);
  }

  get texts(): unknown[] {
    return this.frames.flatMap((frame) => ("text" in frame ? [frame["text"]] : []));
  }

  /** What pages wanted to be told again, oldest first. */
  get afters(): unknown[] {
    return this.upkeep.flatMap((frame) => (frame["type"] === "hello" ? [frame["after"]] : []));
  }

  /** Samples of sound that arrived. */
  get sound(): Int16Array {
    const pieces = this.frames.flatMap((frame) => (isSound(frame) ? [...frame.pcm] : []));
    return Int16Array.from(pieces);
  }

  #tell(frame: string | Uint8Array): void {
    this.#told.push(frame);
    if (!this.frozen) for (const socket of this.#present) socket.send(frame);
  }

  #admit(socket: WebSocket, url: string): void {
    this.requestedUrls.push(url);
    if (this.refusal) {
      const { message, code } = this.refusal;
      const error = { type: "error", seq: 0, code: "NO", action: "give up", message };
      socket.send(JSON.stringify(error));
      socket.close(code, message);
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data: Buffer, binary) => {
      if (!this.frozen) this.#hear(socket, data, binary);
    });
  }

  #hear(socket: WebSocket, data: Buffer, binary: boolean): void {
    if (binary) return void this.frames.push({ pcm: samplesOf(data) });
    const text = data.toString();
    if (text === ping) {
      this.pings++;
      return socket.send(pong);
    }
    const frame = JSON.parse(text) as Record<string, unknown>;
    (upkeep.has(frame["type"]) ? this.upkeep : this.frames).push(frame);
    if (frame["type"] === "hello") this.#greet(socket, parseResumePoint(String(frame["after"])));
    // It is taken, and its sender hears it too.
    if (frame["type"] === "text")
      this.sendEvent({
        id: String(frame["id"]),
        author: "user",
        content: { role: "user", parts: [{ text: String(frame["text"]) }] },
      });
  }

  #greet(socket: WebSocket, after = { epoch: 0, seq: 0 }): void {
    const resumed = after.epoch === epoch;
    const seq = resumed ? after.seq : this.#told.length;
    const hello: ServerFrame = {
      ...({ type: "hello", epoch, seq, you: "p1", role: "speaker", resumed } as const),
      participants: this.participants,
      state: {},
      events: resumed ? [] : this.#log,
    };
    socket.send(JSON.stringify(hello));
    for (const frame of this.#told.slice(seq)) socket.send(frame);
    this.#greeted.add(socket);
  }

  get #present(): WebSocket[] {
    return [...this.#sockets].filter((socket) => this.#greeted.has(socket));
  }

  get #log(): Event[] {
    return this.#told
      .filter((frame) => typeof frame === "string")
      .map((frame) => (JSON.parse(frame) as { event: Event }).event)
      .filter(({ partial, errorMessage }) => !partial && !errorMessage);
  }

  #serve({ url = "/" }: IncomingMessage, response: ServerResponse): void {
    const path = new URL(url, this.url).pathname;
    if (path === "/healthz") {
      response.setHeader("content-type", "application/json").end(JSON.stringify(this.health));
      return;
    }
    const picture = pictureAt(path);
    if (picture) return void response.setHeader("content-type", "image/svg+xml").end(picture);
    const file = join(publicFolder, path === "/" ? "index.html" : path);
    if (!file.startsWith(publicFolder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    for (const [name, value] of headers()) response.setHeader(name, value);
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  }
}

export const isSound = (frame: Frame): frame is { readonly pcm: Int16Array } => "pcm" in frame;

export function tone(seconds: number, hertz: number, rate: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.round(9_000 * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
}

const samplesOf = (data: Buffer): Int16Array => new Int16Array(new Uint8Array(data).buffer);

/** A thing's picture, as the Worker serves it. */
function pictureAt(path: string): string | undefined {
  const look = lookOf(/^\/products\/(.*)\.svg$/.exec(path)?.[1] ?? "");
  return look && pictureOf(look);
}

/** The same headers that the deployed page has. */
function headers(): [name: string, value: string][] {
  const [everywhere = ""] = readFileSync(join(publicFolder, "_headers"), "utf8").split("\n\n");
  return everywhere
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => {
      const [name = "", ...value] = line.trim().split(": ");
      return [name, value.join(": ")];
    });
}

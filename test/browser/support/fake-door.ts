/** A server that says what a test tells it to: the page's files with their headers, and ADK's wire. */
import { readFileSync, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { lookOf } from "../../../src/agents/concierge/catalogue/products.ts";
import { pictureOf } from "../../../src/agents/concierge/draw/picture.ts";
import type { Event } from "../../../src/wire/adk.ts";

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

export class FakeDoor {
  /** All that pages sent, oldest first. */
  readonly frames: Frame[] = [];
  /** Addresses at which pages came in. */
  readonly visits: string[] = [];
  health: object = {
    ok: true,
    upstream: "local emulator",
    model: "gemini-3.8-live",
    defaultAgent: "guide",
    agents: [{ name: "guide" }],
  };
  /** Set to refuse sockets: an event is said, then the close code. */
  refusal: { readonly message: string; readonly code: number } | undefined;

  #server: Server | undefined;
  #sockets = new Set<WebSocket>();
  #port = 0;

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  /** Listens; after `shut`, on the port it had before. */
  async open(): Promise<this> {
    const server = createServer((request, response) => this.#serve(request, response));
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket, request) => this.#admit(socket, request.url ?? ""));
    await new Promise<void>((listening) => server.listen(this.#port, "localhost", listening));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** The server is gone, sockets and all. */
  async shut(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed) ?? closed(undefined));
  }

  say(event: Partial<Event>): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify({ id: "e", ...event }));
  }

  /** A tone as speech of the agent, in pieces as a server sends them. */
  sing(seconds: number, hertz = 440): void {
    const samples = tone(seconds, hertz, 24_000);
    const bytes = Buffer.from(samples.buffer);
    for (let at = 0; at < bytes.length; at += 11_115)
      this.sayAudio(bytes.subarray(at, at + 11_115));
  }

  sayAudio(bytes: Buffer): void {
    const data = bytes.toString("base64url");
    const inlineData = { mimeType: "audio/pcm;rate=24000", data };
    this.say({ author: "guide", content: { role: "model", parts: [{ inlineData }] } });
  }

  hangUp(code: number, reason = ""): void {
    for (const socket of this.#sockets) socket.close(code, reason);
  }

  get texts(): unknown[] {
    return this.frames.flatMap((frame) => ("text" in frame ? [frame["text"]] : []));
  }

  /** Samples of sound that arrived. */
  get sound(): Int16Array {
    const pieces = this.frames.flatMap((frame) => (isSound(frame) ? [...frame.pcm] : []));
    return Int16Array.from(pieces);
  }

  #admit(socket: WebSocket, url: string): void {
    this.visits.push(url);
    if (this.refusal) {
      socket.send(JSON.stringify({ errorCode: "NO", errorMessage: this.refusal.message }));
      socket.close(this.refusal.code, this.refusal.message);
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data: Buffer, binary) => {
      this.frames.push(binary ? { pcm: samplesOf(data) } : JSON.parse(data.toString()));
    });
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
  return readFileSync(join(publicFolder, "_headers"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => {
      const [name = "", ...value] = line.trim().split(": ");
      return [name, value.join(": ")];
    });
}

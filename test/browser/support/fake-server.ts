/** A scripted server: serves the page's files with their headers, and speaks `parley.v1` as the test directs. */
import { readFileSync, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { pictures } from "../../../src/agents/concierge/pictures.ts";
import type { Event } from "../../../src/wire/adk.ts";
import {
  ping,
  pong,
  parseResumePoint,
  subprotocol,
  encodeAudioFrame,
  type ServerFrame,
} from "../../../src/wire/parley-v1.ts";
import { headersOf } from "../../support/page-headers.ts";

const publicFolder = join(import.meta.dirname, "../../../public");

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** A frame from a page: JSON, or audio. */
export type Frame = Record<string, unknown> | { readonly pcm: Int16Array };

interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Frames about the connection, not the conversation. */
const controlTypes = new Set<unknown>(["hello", "ack", "played"]);

const epoch = 1;

export class FakeServer {
  /** Frames from all pages, oldest first, without `controlFrames`. */
  readonly frames: Frame[] = [];
  /** hello, ack and played frames. */
  readonly controlFrames: Record<string, unknown>[] = [];
  pings = 0;
  /** Paths of WebSocket requests. */
  readonly requestedUrls: string[] = [];
  health: object = {
    ok: true,
    upstream: "local emulator",
    model: "gemini-3.8-live",
    defaultAgent: "guide",
    agents: [{ name: "guide" }],
  };
  /** Files beside those of the page, by their paths, without its headers. */
  readonly files = new Map<string, string>();
  /** The sessions that the server has of any user. */
  sessions: string[] = [];
  /** When set, new sockets receive an error frame and are closed with `code`. */
  refusal:
    | { readonly message: string; readonly code: number; readonly errorCode?: string }
    | undefined;
  /** New sockets get no answer to their hello. */
  silent = false;
  /** Sockets stay open and frames are lost in both directions. */
  frozen = false;
  participants: Extract<ServerFrame, { type: "hello" }>["participants"] = [
    { id: "p1", role: "speaker" },
  ];

  /** Answers a request by HTTP in JSON; undefined leaves it to the files. */
  answer: ((request: IncomingMessage, path: string) => HttpAnswer | undefined) | undefined;

  #server: Server | undefined;
  #sockets = new Set<WebSocket>();
  /** Sockets that have sent hello. Only they receive frames. */
  readonly #joined = new WeakSet<WebSocket>();
  #port = 0;
  /** All frames sent, for replay. The `seq` of a frame is its index plus 1. */
  readonly #log: (string | Uint8Array)[] = [];

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  /** Listens. After `close` it reuses its port. */
  async open(): Promise<this> {
    const server = createServer((request, response) => this.#serve(request, response));
    const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol });
    sockets.on("connection", (socket, request) => this.#accept(socket, request.url ?? ""));
    await new Promise<void>((resolve) => server.listen(this.#port, "localhost", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** Stops listening and drops all sockets. */
  async close(): Promise<void> {
    this.drop();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }

  /** Terminates all sockets without a close frame. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /**
   * Sends an event to all pages and logs it for replay.
   * @param approval of a request for approval: how long the call waits.
   */
  sendEvent(event: Partial<Event>, approval: { readonly expiresInMs?: number } = {}): void {
    const seq = this.#log.length + 1;
    const complete = { id: `e${seq}`, ...event } as Event;
    const frame = { type: "event", seq, event: complete, ...approval } satisfies ServerFrame;
    this.#broadcast(JSON.stringify(frame));
  }

  /** Sends a tone as the agent's speech, in chunks that end within a sample. */
  sendTone(seconds: number, hertz = 440): void {
    const samples = tone(seconds, hertz, 24_000);
    const bytes = Buffer.from(samples.buffer);
    for (let at = 0; at < bytes.length; at += 11_115)
      this.sendAudio(bytes.subarray(at, at + 11_115));
  }

  sendAudio(bytes: Buffer): void {
    this.#broadcast(encodeAudioFrame(this.#log.length + 1, bytes));
  }

  /** Sends a frame to the joined pages without logging it. */
  sendUnlogged(frame: object): void {
    for (const socket of this.#joinedSockets)
      socket.send(JSON.stringify({ seq: this.#log.length, ...frame }));
  }

  closeSockets(code: number, reason = ""): void {
    for (const socket of this.#sockets) socket.close(code, reason);
  }

  get texts(): unknown[] {
    return this.frames.flatMap((frame) => ("text" in frame ? [frame["text"]] : []));
  }

  /** The `after` of each hello, oldest first. */
  get resumePoints(): unknown[] {
    return this.controlFrames.flatMap((frame) =>
      frame["type"] === "hello" ? [frame["after"]] : [],
    );
  }

  /** All received samples. */
  get audio(): Int16Array {
    const samples = this.frames.flatMap((frame) => (isAudio(frame) ? [...frame.pcm] : []));
    return Int16Array.from(samples);
  }

  #broadcast(frame: string | Uint8Array): void {
    this.#log.push(frame);
    if (!this.frozen) for (const socket of this.#joinedSockets) socket.send(frame);
  }

  #accept(socket: WebSocket, url: string): void {
    this.requestedUrls.push(url);
    if (this.refusal) {
      const { message, code, errorCode = "NO" } = this.refusal;
      const error = { type: "error", seq: 0, code: errorCode, action: "give up", message };
      socket.send(JSON.stringify(error));
      socket.close(code, message);
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data: Buffer, binary) => {
      if (!this.frozen) this.#received(socket, data, binary);
    });
  }

  #received(socket: WebSocket, data: Buffer, binary: boolean): void {
    if (binary) return void this.frames.push({ pcm: samplesOf(data) });
    const text = data.toString();
    if (text === ping) {
      this.pings++;
      return socket.send(pong);
    }
    const frame = JSON.parse(text) as Record<string, unknown>;
    (controlTypes.has(frame["type"]) ? this.controlFrames : this.frames).push(frame);
    if (frame["type"] === "hello" && !this.silent)
      this.#sendHello(socket, parseResumePoint(String(frame["after"])));
    // The server confirms a text with an event, which the sender receives too.
    if (frame["type"] === "text")
      this.sendEvent({
        id: String(frame["id"]),
        author: "user",
        content: { role: "user", parts: [{ text: String(frame["text"]) }] },
      });
  }

  #sendHello(socket: WebSocket, after = { epoch: 0, seq: 0 }): void {
    const resumed = after.epoch === epoch;
    const seq = resumed ? after.seq : this.#log.length;
    const hello: ServerFrame = {
      ...({ type: "hello", epoch, seq, you: "p1", role: "speaker", resumed } as const),
      participants: this.participants,
      state: {},
      events: resumed ? [] : this.#loggedEvents,
    };
    socket.send(JSON.stringify(hello));
    for (const frame of this.#log.slice(seq)) socket.send(frame);
    this.#joined.add(socket);
  }

  get #joinedSockets(): WebSocket[] {
    return [...this.#sockets].filter((socket) => this.#joined.has(socket));
  }

  get #loggedEvents(): Event[] {
    return this.#log
      .filter((frame) => typeof frame === "string")
      .map((frame) => (JSON.parse(frame) as { event: Event }).event)
      .filter(({ partial, errorMessage }) => !partial && !errorMessage);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { url = "/" } = request;
    const path = new URL(url, this.url).pathname;
    if (path === "/healthz") {
      response.setHeader("content-type", "application/json").end(JSON.stringify(this.health));
      return;
    }
    const answer =
      this.answer?.(request, path) ??
      (isSessionList(path) ? { body: this.sessions.map((id) => ({ id })) } : undefined);
    if (answer) {
      const { status = 200, headers = {}, body } = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
      return;
    }
    const picture = pictureAt(path);
    if (picture) return void response.setHeader("content-type", "image/svg+xml").end(picture);
    const own = this.files.get(path);
    if (own !== undefined) {
      response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
      return void response.end(own);
    }
    const file = join(publicFolder, path === "/" ? "index.html" : path);
    if (!file.startsWith(publicFolder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    for (const [name, value] of headersOf(path)) response.setHeader(name, value);
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  }
}

const isSessionList = (path: string): boolean =>
  /^\/apps\/[^/]+\/users\/[^/]+\/sessions$/.test(path);

export const isAudio = (frame: Frame): frame is { readonly pcm: Int16Array } => "pcm" in frame;

export function tone(seconds: number, hertz: number, rate: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.round(9_000 * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
}

const samplesOf = (data: Buffer): Int16Array => new Int16Array(new Uint8Array(data).buffer);

/** A product image, which the build writes. */
const pictureAt = (path: string): string | undefined =>
  path.startsWith("/products/") ? pictures().get(path.slice("/products/".length)) : undefined;

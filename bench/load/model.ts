/** The Live API's side of the load test: notes what each session heard, can be killed, and comes back at the same port. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { frameOf, framesPerPhrase, idOf, isLoud } from "./frames.ts";

/**
 * `echo`: each microphone frame is answered at once with audio of its length and number. `listen`: a phrase is answered
 * when it is over, a text at once, and a text with "lecture" with a word each 100 ms, without end.
 */
export type ModelKind = "echo" | "listen";

export const wordMs = 100;

/** A session as the model saw it. Times are of `performance.now()`. */
export interface ModelSession {
  conversation: number | undefined;
  readonly frames: number[];
  closedAt: number | undefined;
}

export class LoadModel {
  /** Oldest first, those that are over too. */
  readonly sessions: ModelSession[] = [];
  readonly #kind: ModelKind;
  #server: WebSocketServer;

  private constructor(kind: ModelKind, server: WebSocketServer) {
    this.#kind = kind;
    this.#server = server;
    this.#serve();
  }

  static async start(kind: ModelKind): Promise<LoadModel> {
    return new LoadModel(kind, await listen(0));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  sessionsOf(conversation: number): ModelSession[] {
    return this.sessions.filter((session) => session.conversation === conversation);
  }

  /** All sessions break, and nothing listens. @returns what brings it back. */
  async kill(): Promise<() => Promise<void>> {
    const port = this.#port;
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
    return async () => {
      this.#server = await listen(port);
      this.#serve();
    };
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #serve(): void {
    this.#server.on("connection", (socket) => {
      const session: ModelSession = { conversation: undefined, frames: [], closedAt: undefined };
      this.sessions.push(session);
      socket.on("error", () => undefined);
      socket.on("close", () => (session.closedAt = performance.now()));
      socket.on("message", (data: Buffer) => this.#receive(socket, session, data.toString()));
    });
  }

  #receive(socket: WebSocket, session: ModelSession, message: string): void {
    if (message.includes('"setup"')) return socket.send(JSON.stringify({ setupComplete: {} }));
    const base64 = /"data"\s*:\s*"([^"]{16})/.exec(message)?.[1];
    if (base64 === undefined) return this.#answerText(socket, session, message);
    const pcm = Buffer.from(base64, "base64");
    const { conversation, frame } = idOf(pcm);
    // The relay adds silence of its own at the end of a stream.
    if (conversation === 0) return;
    session.conversation = conversation;
    session.frames.push(frame);
    if (this.#kind === "echo") echo(socket, conversation, frame);
    else if (!isLoud(pcm) && frame % framesPerPhrase === 0) answerPhrase(socket);
  }

  #answerText(socket: WebSocket, session: ModelSession, message: string): void {
    // History of an earlier session asks for no answer.
    const [asked] = [...message.matchAll(/(question|lecture) (\d+)-(\d+)/g)].toReversed();
    if (!asked || (message.includes('"clientContent"') && !message.includes('"turnComplete":true')))
      return;
    const [, kind, conversation, number] = asked;
    session.conversation = Number(conversation);
    if (kind === "lecture") return lecture(socket);
    say(socket, { outputTranscription: { text: `Answer ${conversation}-${number}.` } });
    say(socket, { turnComplete: true });
  }
}

async function listen(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  return server;
}

function echo(socket: WebSocket, conversation: number, frame: number): void {
  const data = Buffer.from(frameOf({ conversation, frame }, 24, true)).toString("base64");
  say(socket, { modelTurn: { parts: [{ inlineData: { mimeType, data } }] } });
  if (frame % framesPerPhrase !== framesPerPhrase - 1) return;
  say(socket, { inputTranscription: { text: "And?" } });
  say(socket, { outputTranscription: { text: "And." } });
  say(socket, { turnComplete: true });
}

function answerPhrase(socket: WebSocket): void {
  say(socket, { inputTranscription: { text: "A phrase." } });
  say(socket, { outputTranscription: { text: "It was heard." } });
  say(socket, { turnComplete: true });
}

function lecture(socket: WebSocket): void {
  let count = 0;
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return clearInterval(timer);
    say(socket, { outputTranscription: { text: ` w${count++}` } });
  }, wordMs);
}

const mimeType = "audio/pcm;rate=24000";

const say = (socket: WebSocket, serverContent: object): void =>
  socket.send(JSON.stringify({ serverContent }));

/** Sends inputs to one conversation by WebSockets, and checks what comes back. A socket that was closed is opened again. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { closeFault, codeFault, codesIn } from "./answers.ts";
import type { Input } from "./inputs.ts";
import type { SocketProtocol } from "./protocols.ts";
import type { Tally } from "./tally.ts";

const answerTimeoutMs = 20_000;

/** @returns the fault of an answer, in words. */
export async function runInputs(
  protocol: SocketProtocol,
  base: string,
  conversation: string,
  inputs: readonly Input[],
  tally: Tally,
): Promise<string | undefined> {
  for (let at = 0; at < inputs.length;) {
    const connection = await open(protocol, base, conversation, tally);
    while (at < inputs.length && connection.isOpen) {
      for (const input of inputs.slice(at, at + protocol.atOnce)) connection.send(input);
      at += protocol.atOnce;
      await connection.roundTrip();
    }
    await connection.end(protocol);
    if (connection.fault !== undefined) return connection.fault;
  }
  return undefined;
}

async function open(
  protocol: SocketProtocol,
  base: string,
  conversation: string,
  tally: Tally,
): Promise<Connection> {
  const { url, subprotocol, headers, first } = await protocol.open(base, conversation);
  const socket = new WebSocket(url, subprotocol, {
    // Browsers offer compression.
    perMessageDeflate: tally.connections % 2 === 0,
    ...(headers && { headers }),
  });
  const connection = new Connection(socket, protocol, tally);
  await connection.opened;
  for (const frame of first) socket.send(JSON.stringify(frame));
  return connection;
}

class Connection {
  readonly opened: Promise<void>;
  /** The fault of an answer, in words. */
  fault: string | undefined;
  readonly #socket: WebSocket;
  readonly #tally: Tally;
  readonly #closed: Promise<void>;
  #answered = Promise.withResolvers<void>();
  #isEnding = false;

  constructor(socket: WebSocket, protocol: SocketProtocol, tally: Tally) {
    this.#socket = socket;
    this.#tally = tally;
    tally.connections++;
    this.#closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve(this.#close(code, reason.toString()))),
    );
    this.opened = Promise.race([once(socket, "open").then(() => undefined), this.#closed]);
    this.opened.catch((error: Error) => (this.fault ??= `the upgrade failed: ${error.message}`));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary, protocol));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN && this.fault === undefined;
  }

  send({ data, binary }: Input): void {
    this.#tally.frames++;
    if (this.isOpen) this.#socket.send(data, { binary });
  }

  /** Until the server has read what was sent. */
  async roundTrip(): Promise<void> {
    if (!this.isOpen) return;
    const pong = once(this.#socket, "pong").catch(() => undefined);
    this.#socket.ping();
    await within(Promise.race([pong, this.#closed]), answerTimeoutMs);
  }

  /** A valid frame must still be answered; then the client leaves. */
  async end(protocol: SocketProtocol): Promise<void> {
    if (this.isOpen) {
      this.#isEnding = true;
      this.#socket.send(JSON.stringify(protocol.last));
      const answer = Promise.race([this.#answered.promise, this.#closed]);
      if (!(await within(answer, answerTimeoutMs)))
        this.fault ??= `a valid frame at the end had no answer: ${JSON.stringify(protocol.last).slice(0, 100)}`;
    }
    this.#socket.close(1000);
    if (!(await within(this.#closed, answerTimeoutMs))) this.#socket.terminate();
  }

  #receive(data: Buffer, isBinary: boolean, protocol: SocketProtocol): void {
    this.#tally.answers++;
    const frame = isBinary && protocol.name !== "Live API" ? "" : data.toString();
    if (this.#isEnding && protocol.answers(frame)) this.#answered.resolve();
    for (const code of codesIn(frame)) {
      this.#tally.count(code);
      this.fault ??= codeFault(code);
    }
  }

  #close(code: number, reason: string): void {
    this.#tally.count(`close ${code}`);
    this.fault ??= closeFault(code, reason);
  }
}

/** @returns whether it settled in time. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One fuzzed connection by WebSocket: sends inputs, checks what comes back, and tells how the connection ended. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { closeFault, codeFault, codesIn } from "./answers.ts";
import type { Input } from "./inputs.ts";
import type { SocketProtocol } from "./protocols.ts";
import { isLoadCode, namedWait, type Retries } from "./retries.ts";
import type { Target } from "./socket-run.ts";
import { kindOf, type Tally } from "./tally.ts";

/** A busy machine takes its time. */
const answerTimeoutMs = 60_000;
/** RFC 6455: the relay closes with it for refusals that end by themselves. */
const tryAgainLater = 1013;

export async function openSocket(
  { protocol, base, conversation }: Target,
  tally: Tally,
  retries: Retries,
): Promise<FuzzSocket> {
  const { url, subprotocol, headers, first } = await protocol.open(base, conversation, retries);
  const socket = new WebSocket(url, subprotocol, {
    // Browsers offer compression.
    perMessageDeflate: tally.connections % 2 === 0,
    ...(headers && { headers }),
  });
  const connection = new FuzzSocket(socket, protocol, tally);
  await connection.opened;
  if (connection.isOpen) for (const frame of first) socket.send(JSON.stringify(frame));
  return connection;
}

export class FuzzSocket {
  /** When it is open, or will not be. */
  readonly opened: Promise<void>;
  /** The fault of an answer, in words. */
  fault: string | undefined;
  /** How it was closed, in words. */
  ending = "no close";
  /** The wait that a refusal asks for, in s. */
  retryAfterS: number | undefined;
  readonly #socket: WebSocket;
  readonly #tally: Tally;
  readonly #closed: Promise<void>;
  readonly #answered: PromiseWithResolvers<void> = Promise.withResolvers();
  #lastCode: string | undefined;
  #closeCode: number | undefined;
  #isUpgradeRefused = false;
  #isDropping = false;
  #isEnding = false;

  constructor(socket: WebSocket, protocol: SocketProtocol, tally: Tally) {
    this.#socket = socket;
    this.#tally = tally;
    tally.connections++;
    this.#closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve(this.#close(code, reason.toString()))),
    );
    const open = new Promise<void>((resolve) => socket.once("open", resolve));
    this.opened = Promise.race([open, this.#closed]);
    const failUpgrade = ({ message }: Error): void => this.#failUpgrade(message);
    socket.once("error", failUpgrade).once("open", () => socket.off("error", failUpgrade));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary, protocol));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN && this.fault === undefined;
  }

  /** Whether the server has too much to do, and closed it or drops frames: the latest inputs were not tried. */
  get isRefused(): boolean {
    if (this.#closeCode === undefined) return this.#isDropping;
    return this.#lastCode === undefined
      ? this.#closeCode === tryAgainLater
      : isLoadCode(this.#lastCode);
  }

  send({ data, binary }: Input): void {
    if (this.isOpen) this.#socket.send(data, { binary });
  }

  /** Until the server has read what was sent. */
  async roundTrip(): Promise<void> {
    if (!this.isOpen) return;
    const pong = once(this.#socket, "pong").catch(() => undefined);
    this.#socket.ping();
    if (!(await within(Promise.race([pong, this.#closed]), answerTimeoutMs)))
      this.fault ??= `a ping had no answer within ${answerTimeoutMs / 1000} s`;
  }

  /** A valid frame must still be answered; then the client leaves. */
  async end(protocol: SocketProtocol): Promise<void> {
    if (this.isOpen && !this.isRefused) {
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
      this.#lastCode = code;
      this.#isDropping ||= code === "TOO_MANY_FRAMES";
      this.retryAfterS = namedWait(frame);
      this.#tally.count(code);
      this.fault ??= codeFault(code);
    }
  }

  #failUpgrade(message: string): void {
    if (/response: (?:429|503)$/.test(message)) this.#isUpgradeRefused = true;
    else this.fault ??= `the upgrade failed: ${message}`;
  }

  #close(received: number, reason: string): void {
    const code = this.#isUpgradeRefused ? tryAgainLater : received;
    this.#closeCode = code;
    this.retryAfterS ??= namedWait(reason);
    this.ending = `close ${code} "${reason}"`;
    this.#tally.count(
      code === tryAgainLater ? `close ${code} "${kindOf(reason)}"` : `close ${code}`,
    );
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

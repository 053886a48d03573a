/** A WebSocket client that records every frame and lets a test wait for a matching one. */
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Frame<Message> {
  readonly message: Message;
  /** Time of receipt on the process's monotonic clock, ms. */
  readonly at: number;
  readonly binary: boolean;
  /** The bytes as received. */
  readonly raw: Buffer;
}

export interface ClientSettings<Message> extends ClientOptions {
  readonly protocols?: readonly string[];
  /** By default parses JSON from text or binary frames. */
  readonly read?: (raw: Buffer, binary: boolean) => Message;
  /** How long `next` waits, ms; it then rejects and lists the frames received instead. */
  readonly patience?: number;
}

interface PendingNext<Message> {
  matches(message: Message): boolean;
  resolve(message: Message): void;
  reject(error: Error): void;
}

export class Client<Message> {
  /** Settles when the socket is open; rejects with the HTTP status if the upgrade was refused. */
  readonly opened: Promise<void>;
  /** Settles when the socket is closed, for any reason. */
  readonly closed: Promise<Closed>;
  readonly all: Frame<Message>[] = [];
  readonly socket: WebSocket;
  readonly #patience: number;
  readonly #pending = new Set<PendingNext<Message>>();
  /** Index past the frames that `next` has returned or skipped. */
  #read = 0;
  #closeEvent: Closed | undefined;

  constructor(url: string, settings: ClientSettings<Message> = {}) {
    const { protocols = [], read = readJson, patience = 20_000, ...options } = settings;
    this.#patience = patience;
    this.socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    // A test that only waits for the close must not fail on an unhandled rejection.
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) =>
      this.socket.once("close", (code, reason) => resolve(this.#end(code, String(reason)))),
    );
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer, binary) => {
      const frame = { message: read(data, binary), at: performance.now(), binary, raw: data };
      this.all.push(frame);
      this.#deliver();
    });
  }

  /** Every message so far. */
  get messages(): Message[] {
    return this.all.map(({ message }) => message);
  }

  /** Sends bytes and text unchanged, anything else as JSON; waits for the socket to open. */
  async send(frame: unknown): Promise<void> {
    await this.opened;
    const raw = typeof frame === "string" || frame instanceof Uint8Array;
    this.socket.send(raw ? frame : JSON.stringify(frame));
  }

  /**
   * The next matching message after those already returned; frames in between are skipped. Rejects when the socket
   * closes first, or after `patience`.
   */
  next(matches: (message: Message) => boolean = () => true): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => pending.reject(new Error("nothing came")), this.#patience);
      const settle = () => {
        clearTimeout(timeout);
        this.#pending.delete(pending);
      };
      const pending: PendingNext<Message> = {
        matches,
        resolve: (message) => (settle(), resolve(message)),
        reject: (error) => (settle(), reject(this.#describe(error))),
      };
      this.#pending.add(pending);
      this.#deliver();
    });
  }

  async close(code = 1000): Promise<Closed> {
    this.socket.close(code);
    return this.closed;
  }

  #deliver(): void {
    for (const pending of this.#pending) {
      const i = this.all.findIndex((frame, i) => i >= this.#read && pending.matches(frame.message));
      const found = this.all[i];
      if (found === undefined) {
        if (this.#closeEvent !== undefined)
          pending.reject(new Error(`closed: ${JSON.stringify(this.#closeEvent)}`));
        continue;
      }
      this.#read = i + 1;
      pending.resolve(found.message);
    }
  }

  #end(code: number, reason: string): Closed {
    this.#closeEvent = { code, reason };
    this.#deliver();
    return this.#closeEvent;
  }

  #describe(error: Error): Error {
    const last = this.messages.slice(-8).map((message) => JSON.stringify(message)?.slice(0, 200));
    return new Error(`${error.message}; the last that came:\n${last.join("\n")}`);
  }
}

const readJson = (raw: Buffer) => JSON.parse(raw.toString("utf8"));

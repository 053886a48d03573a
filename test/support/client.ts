/** A WebSocket client that keeps every frame from the first on, and lets a test wait for the one it wants. */
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Frame<Message> {
  readonly message: Message;
  /** Milliseconds of the process's monotonic clock at receipt. */
  readonly at: number;
  readonly binary: boolean;
  /** Bytes as they came. */
  readonly raw: Buffer;
}

export interface ClientSettings<Message> extends ClientOptions {
  readonly protocols?: readonly string[];
  /** By default: JSON, whether the frame was text or binary. */
  readonly read?: (raw: Buffer, binary: boolean) => Message;
  /** How long `next` waits, ms; it then rejects and lists what came instead. */
  readonly patience?: number;
}

interface Wish<Message> {
  wants(message: Message): boolean;
  resolve(message: Message): void;
  reject(problem: Error): void;
}

export class Client<Message> {
  /** Settles when the socket is open; rejects with the HTTP status if the upgrade was refused. */
  readonly opened: Promise<void>;
  /** Settles when the socket is closed, however. */
  readonly closed: Promise<Closed>;
  readonly all: Frame<Message>[] = [];
  readonly socket: WebSocket;
  readonly #patience: number;
  readonly #wishes = new Set<Wish<Message>>();
  /** Frames before this one were given by `next`, or passed over. */
  #read = 0;
  #gone: Closed | undefined;

  constructor(url: string, settings: ClientSettings<Message> = {}) {
    const { protocols = [], read = readJson, patience = 20_000, ...options } = settings;
    this.#patience = patience;
    this.socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    // A test that waits for the close only must not fail on an unwatched promise.
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) =>
      this.socket.once("close", (code, reason) => resolve(this.#end(code, String(reason)))),
    );
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer, binary) => {
      const frame = { message: read(data, binary), at: performance.now(), binary, raw: data };
      this.all.push(frame);
      this.#grant();
    });
  }

  /** Every message so far. */
  get messages(): Message[] {
    return this.all.map(({ message }) => message);
  }

  /** Sends bytes and text as they are, anything else as JSON; waits for the socket to open. */
  async send(frame: unknown): Promise<void> {
    await this.opened;
    const raw = typeof frame === "string" || frame instanceof Uint8Array;
    this.socket.send(raw ? frame : JSON.stringify(frame));
  }

  /**
   * The next message that a test wants, past those given before; frames in between are passed over.
   * Rejects when the socket closes first, or after `patience`.
   */
  next(wants: (message: Message) => boolean = () => true): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => wish.reject(new Error("nothing came")), this.#patience);
      const settle = () => {
        clearTimeout(timeout);
        this.#wishes.delete(wish);
      };
      const wish: Wish<Message> = {
        wants,
        resolve: (message) => (settle(), resolve(message)),
        reject: (problem) => (settle(), reject(this.#describe(problem))),
      };
      this.#wishes.add(wish);
      this.#grant();
    });
  }

  async close(code = 1000): Promise<Closed> {
    this.socket.close(code);
    return this.closed;
  }

  #grant(): void {
    for (const wish of this.#wishes) {
      const i = this.all.findIndex((frame, i) => i >= this.#read && wish.wants(frame.message));
      const found = this.all[i];
      if (found === undefined) {
        if (this.#gone !== undefined)
          wish.reject(new Error(`closed: ${JSON.stringify(this.#gone)}`));
        continue;
      }
      this.#read = i + 1;
      wish.resolve(found.message);
    }
  }

  #end(code: number, reason: string): Closed {
    this.#gone = { code, reason };
    this.#grant();
    return this.#gone;
  }

  #describe(problem: Error): Error {
    const last = this.messages.slice(-8).map((message) => JSON.stringify(message)?.slice(0, 200));
    return new Error(`${problem.message}; the last that came:\n${last.join("\n")}`);
  }
}

const readJson = (raw: Buffer) => JSON.parse(raw.toString("utf8"));

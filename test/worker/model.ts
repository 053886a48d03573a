/** A fake upstream: sends the test's messages and stores the relay's. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { ClientMessage, ServerMessage } from "../../src/wire/live-api.ts";

export interface UpstreamRequest {
  readonly url: string;
  readonly headers: Headers;
}

/** One upstream connection, seen from the model's side. */
export class FakeUpstream {
  readonly received: ClientMessage[] = [];
  readonly request: UpstreamRequest;
  /** The relay's close code; undefined while the socket is open. */
  closed: number | undefined;
  readonly #socket: WebSocket;
  readonly #object: string;
  #changed = Promise.withResolvers<void>();

  constructor(socket: WebSocket, request: UpstreamRequest, object: string) {
    this.#socket = socket;
    this.#object = object;
    this.request = request;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      this.received.push(JSON.parse(data as string) as ClientMessage);
      this.#notify();
    });
    socket.addEventListener("close", ({ code }) => {
      this.closed = code;
      this.#notify();
    });
  }

  /** Sends messages to the relay as binary frames, like Google. */
  async send(...messages: (ServerMessage | string)[]): Promise<void> {
    await this.#inside(() => {
      for (const message of messages) {
        const text =
          typeof message === "string" ? message : `${JSON.stringify(message, null, 2)}\n`;
        this.#socket.send(new TextEncoder().encode(text));
      }
    });
  }

  async close(code: number, reason = ""): Promise<void> {
    await this.#inside(() => this.#socket.close(code, reason));
  }

  /** Waits until the received messages satisfy a condition. */
  async until(condition: (model: this) => boolean): Promise<void> {
    while (!condition(this)) await this.#changed.promise;
  }

  /** A socket may only be used from inside the object that opened it. */
  async #inside(work: () => void): Promise<void> {
    await runInDurableObject(env.CONVERSATION.getByName(this.#object), work);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

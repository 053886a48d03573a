/** The WebSocket of one upstream connection. It calls no listener after `close()`. */
import type { ClientMessage, ServerMessage } from "../wire/live-api.ts";
import { openUpstreamSocket, type Endpoint, type Fetch } from "./upstream.ts";

interface UpstreamSocketListener {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** Called once. @param reason the service's own text, or the runtime's. */
  onClose(reason: string): void;
}

export class UpstreamSocket {
  readonly #abort = new AbortController();
  readonly #decoder = new TextDecoder();
  #listener: UpstreamSocketListener | undefined;
  #socket: WebSocket | undefined;

  constructor(endpoint: Endpoint, fetch: Fetch, listener: UpstreamSocketListener) {
    this.#listener = listener;
    void this.#open(endpoint, fetch);
  }

  send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  close(): void {
    this.#listener = undefined;
    if (this.#socket) closeQuietly(this.#socket);
    else this.#abort.abort();
  }

  async #open(endpoint: Endpoint, fetch: Fetch): Promise<void> {
    try {
      const socket = await openUpstreamSocket(endpoint, fetch, this.#abort.signal);
      socket.accept();
      // Closed during the upgrade: an orphaned socket would stream, and cost money, for ever.
      if (!this.#listener) return closeQuietly(socket);
      this.#socket = socket;
      socket.addEventListener("message", ({ data }) => this.#receive(data));
      socket.addEventListener("close", ({ code, reason }) => this.#end(`${code} ${reason}`));
      socket.addEventListener("error", () => this.#end("the connection broke"));
      this.#listener.onOpen();
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  /** Must not throw: that would leave the socket open without a listener. A malformed frame ends the connection. */
  #receive(data: string | ArrayBuffer): void {
    if (!this.#listener) return;
    const message = this.#parse(data);
    if (message) return this.#listener.onMessage(message);
    this.#end("a frame that is not JSON");
  }

  #parse(data: string | ArrayBuffer): ServerMessage | undefined {
    try {
      const text = typeof data === "string" ? data : this.#decoder.decode(data);
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #end(reason: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // An accepted socket without a listener would stream, and cost money, for ever.
    if (this.#socket) closeQuietly(this.#socket);
    listener?.onClose(reason);
  }
}

function closeQuietly(socket: WebSocket): void {
  try {
    socket.close(1000);
  } catch {
    // Already closed.
  }
}

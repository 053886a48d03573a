/** Connects one WebSocket to the core: forwards frames both ways and reports the close once to each side. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { RawData, WebSocket } from "ws";
import type { SocketHandler, Peer } from "../../core/connection/socket.ts";

/** A client that reads nothing while this much is buffered is disconnected, which bounds memory. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const ABNORMAL_CLOSURE = 1006;

/**
 * The peer that the core uses. It exists before the socket, because the core refuses a path before the upgrade and a
 * key after it; actions in between are deferred.
 */
export class WebSocketPeer implements Peer {
  readonly #stream: Duplex;
  #socket: WebSocket | undefined;
  #pending: ((socket: WebSocket) => void)[] = [];
  #frozen = false;

  /** @param stream the TCP or TLS stream beneath the WebSocket. */
  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  send(frame: Uint8Array | string): void {
    this.#withSocket((socket) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(frame);
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    });
  }

  close(code: number, reason: string): void {
    this.#withSocket((socket) => socket.close(code, reason));
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** Simulates a pulled cable or a crashed machine with TCP's RST. */
  reset(): void {
    this.#withSocket((socket) => {
      // A TLS stream has no RST: the connection ends without a close_notify instead.
      if (this.#stream instanceof Socket && !(this.#stream instanceof TLSSocket))
        this.#stream.resetAndDestroy();
      else socket.terminate();
    });
  }

  /** @param handler receives all frames and the close. */
  attach(socket: WebSocket, handler: SocketHandler): void {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => handler.receive(frameOf(data, isBinary)));
    socket.on("ping", (data) => this.#pong(socket, data));
    socket.on("close", (code, reason) => handler.closed(code, reason.toString()));
    // Ignored: "close" follows every malformed frame and broken connection.
    socket.on("error", () => {});
    for (const action of this.#pending) action(socket);
    this.#pending = [];
  }

  #pong(socket: WebSocket, data: Buffer): void {
    if (!this.#frozen && socket.readyState === socket.OPEN) socket.pong(data);
  }

  #withSocket(action: (socket: WebSocket) => void): void {
    if (this.#socket === undefined) this.#pending.push(action);
    else action(this.#socket);
  }
}

/** Reports a failed handshake as an abnormal close. */
export function reportNeverOpened(handler: SocketHandler): void {
  handler.closed(ABNORMAL_CLOSURE, "");
}

/** A server's sockets deliver each message as one buffer by default. */
function frameOf(data: RawData, isBinary: boolean): Uint8Array | string {
  if (!(data instanceof Buffer)) throw new TypeError("a message that is not one buffer");
  return isBinary ? data : data.toString("utf8");
}

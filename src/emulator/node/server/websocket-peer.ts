/** One WebSocket between a client and the core: frames in, frames out, each end told once of the close. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { RawData, WebSocket } from "ws";
import type { SocketHandler, Peer } from "../../core/connection/socket.ts";

/** A client that reads nothing while this much waits for it (bytes) is cut off: memory is not endless. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const abnormal = 1006;

/**
 * The peer the core speaks to. It exists before the socket does, since the core refuses a path before
 * the upgrade and a key after it; what the core says in between is kept.
 */
export class WebSocketPeer implements Peer {
  readonly #stream: Duplex;
  #socket: WebSocket | undefined;
  #kept: ((socket: WebSocket) => void)[] = [];
  #frozen = false;

  /** @param stream what the WebSocket runs on. */
  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  send(frame: Uint8Array | string): void {
    this.#do((socket) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(frame);
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    });
  }

  close(code: number, reason: string): void {
    this.#do((socket) => socket.close(code, reason));
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** As a cable that is pulled, or a machine that has crashed: TCP's RST. */
  reset(): void {
    this.#do((socket) => {
      // Below TLS there is nothing to reset: the connection ends without a close_notify instead.
      if (this.#stream instanceof Socket && !(this.#stream instanceof TLSSocket))
        this.#stream.resetAndDestroy();
      else socket.terminate();
    });
  }

  /** @param line the core's end, told of all that comes. */
  attach(socket: WebSocket, line: SocketHandler): void {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => line.receive(frameOf(data, isBinary)));
    socket.on("ping", (data) => this.#pong(socket, data));
    socket.on("close", (code, reason) => line.closed(code, reason.toString()));
    // Nothing to do: a broken frame or connection is followed by "close".
    socket.on("error", () => {});
    for (const act of this.#kept) act(socket);
    this.#kept = [];
  }

  #pong(socket: WebSocket, data: Buffer): void {
    if (!this.#frozen && socket.readyState === socket.OPEN) socket.pong(data);
  }

  #do(act: (socket: WebSocket) => void): void {
    if (this.#socket === undefined) this.#kept.push(act);
    else act(this.#socket);
  }
}

/** For a handshake that failed: the line was never open. */
export function reportNeverOpened(line: SocketHandler): void {
  line.closed(abnormal, "");
}

/** A server's sockets give each message as one buffer, unless told otherwise. */
function frameOf(data: RawData, isBinary: boolean): Uint8Array | string {
  if (!(data instanceof Buffer)) throw new TypeError("a message that is not one buffer");
  return isBinary ? data : data.toString("utf8");
}

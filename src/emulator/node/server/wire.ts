/** One WebSocket between a client and the core: frames in, frames out, each end told once of the close. */
import type { RawData, WebSocket } from "ws";
import type { Line, Peer } from "../../core/socket.ts";

/** A client that reads nothing while this much waits for it (bytes) is cut off: memory is not endless. */
const mostUnread = 64 * 1024 * 1024;
const abnormal = 1006;

/**
 * The peer the core speaks to. It exists before the socket does, since the core refuses a path before
 * the upgrade and a key after it; what the core says in between is kept.
 */
export class Wire implements Peer {
  #socket: WebSocket | undefined;
  #kept: ((socket: WebSocket) => void)[] = [];

  send(frame: Uint8Array | string): void {
    this.#do((socket) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(frame);
      if (socket.bufferedAmount > mostUnread) socket.terminate();
    });
  }

  close(code: number, reason: string): void {
    this.#do((socket) => socket.close(code, reason));
  }

  /** @param line the core's end, told of all that comes. */
  open(socket: WebSocket, line: Line): void {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => line.receive(frameOf(data, isBinary)));
    socket.on("close", (code, reason) => line.closed(code, reason.toString()));
    // Nothing to do: a broken frame or connection is followed by "close".
    socket.on("error", () => {});
    for (const act of this.#kept) act(socket);
    this.#kept = [];
  }

  #do(act: (socket: WebSocket) => void): void {
    if (this.#socket === undefined) this.#kept.push(act);
    else act(this.#socket);
  }
}

/** For a handshake that failed: the line was never open. */
export function neverOpened(line: Line): void {
  line.closed(abnormal, "");
}

/** A server's sockets give each message as one buffer, unless told otherwise. */
function frameOf(data: RawData, isBinary: boolean): Uint8Array | string {
  if (!(data instanceof Buffer)) throw new TypeError("a message that is not one buffer");
  return isBinary ? data : data.toString("utf8");
}

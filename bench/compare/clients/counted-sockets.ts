/** Opens sockets and counts their bytes. */
import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { WireBytes } from "./client.ts";

export class CountedSockets {
  readonly #sockets: Socket[] = [];

  /** @param options of an HTTP request, whose `path` is not that of a socket. */
  readonly open = (options: object): Socket => {
    const socket = connect({ ...options, path: undefined } as unknown as NetConnectOpts);
    socket.setNoDelay(true);
    this.#sockets.push(socket);
    return socket;
  };

  bytes(): WireBytes {
    const sum = (of: (socket: Socket) => number): number =>
      this.#sockets.reduce((total, socket) => total + of(socket), 0);
    return { up: sum((socket) => socket.bytesWritten), down: sum((socket) => socket.bytesRead) };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

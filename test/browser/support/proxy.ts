/** A TCP proxy that can drop its connections, delay what the server sends, and stall. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How late a piece arrives, in ms. */
  #delay: () => number = () => 0;
  /** Nothing arrives before, ms of `performance.now()`. */
  #stalledUntil = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param targetPort on localhost. */
  static async open(targetPort: number): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server);
    server.on("connection", (client) => proxy.#join(client, connect(targetPort, "localhost")));
    await once(server.listen(0, "localhost"), "listening");
    return proxy;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Delays each piece from the server by its own time from now on, and keeps their order. */
  delayBy(delay: () => number): void {
    this.#delay = delay;
  }

  /** Holds everything from the server back for `ms`, then delivers it at once. */
  stall(ms: number): void {
    this.#stalledUntil = performance.now() + ms;
  }

  /** Resets all open connections. New ones are accepted. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.dropConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket, target: Socket): void {
    client.setNoDelay(true);
    client.pipe(target);
    this.#forward(target, client);
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
  }

  #forward(target: Socket, client: Socket): void {
    /** Timers of different lengths may swap: each sends the oldest piece, and not its own. */
    const waiting: Buffer[] = [];
    let due = 0;
    const send = (): void => {
      const piece = waiting.shift();
      if (piece && client.writable) client.write(piece);
    };
    target.on("data", (piece: Buffer) => {
      const now = performance.now();
      due = Math.max(due, now + this.#delay(), this.#stalledUntil);
      waiting.push(piece);
      if (due <= now) send();
      else setTimeout(send, due - now);
    });
    target.on("end", () =>
      setTimeout(() => client.end(), Math.max(0, due + 5 - performance.now())),
    );
  }
}

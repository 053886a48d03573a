/** The emulator's port: HTTP for looking in, WebSockets for the Live API. */
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Connect } from "../../core/socket.ts";
import { inspect } from "./inspect.ts";
import type { Views } from "./inspect.ts";
import { readRequest } from "./target.ts";
import { neverOpened, Wire } from "./wire.ts";

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly connect: Connect;
  readonly views: Views;
}

export interface Serving {
  readonly port: number;
  /** WebSockets open now. */
  sockets(): number;
  /** Says 1001 to all who are there, and frees the port. */
  close(): Promise<void>;
}

const socketOptions = {
  noServer: true,
  /** Bytes of one message: as much as a Worker would take. */
  maxPayload: 32 * 1024 * 1024,
  /** How long a client may take to answer a close, in ms. */
  closeTimeout: 3000,
  /** Base64 of speech shrinks by a quarter and costs a core's time; a loopback has the room. */
  perMessageDeflate: false,
};
/** How long those who are there may take to leave when the server stops, in ms. */
const farewell = 250;

/** @throws what Node's server throws when the port cannot be had. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const server = createServer((request, response) => inspect(options.views, request, response));
  const sockets = new WebSocketServer(socketOptions);
  server.on("upgrade", (request, stream, head) =>
    upgrade(sockets, options.connect, { request, stream, head }),
  );
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    sockets: () => sockets.clients.size,
    close: () => stop(server, sockets),
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
}

function upgrade(sockets: WebSocketServer, connect: Connect, { request, stream, head }: Upgrade) {
  // Until the handshake is done, nobody else listens to the stream's errors.
  const ignore = () => {};
  stream.on("error", ignore);
  const wire = new Wire();
  const line = connect(readRequest(request), wire);
  if (line === undefined) return notFound(stream);
  let opened = false;
  sockets.handleUpgrade(request, stream, head, (socket) => {
    opened = true;
    wire.open(socket, line);
  });
  if (!opened) neverOpened(line);
}

function notFound(stream: Duplex): void {
  stream.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

function listen(server: Server, { port, host }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

async function stop(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets.clients) socket.close(1001, "The emulator is stopping.");
  const cut = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  }, farewell);
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}

/** The emulator's port: HTTP for tokens and for looking in, WebSockets for the Live API. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Connect } from "../../core/connection/socket.ts";
import type { Certificate } from "./certificate.ts";
import { handleRequest, type HttpHandlers } from "./http-handler.ts";
import { readRequest } from "./read-request.ts";
import { reportNeverOpened, WebSocketPeer } from "./websocket-peer.ts";

export interface ServerOptions extends HttpHandlers {
  readonly port: number;
  readonly host: string;
  /** With it the port speaks TLS, and nothing else. */
  readonly certificate: Certificate | undefined;
  readonly connect: Connect;
}

export interface RunningServer {
  readonly port: number;
  /** WebSockets open now. */
  sockets(this: void): number;
  /** Says 1001 to all who are there, and frees the port. */
  close(this: void): Promise<void>;
}

const socketOptions = {
  noServer: true,
  /** Bytes of one message: as much as a Worker would take. */
  maxPayload: 32 * 1024 * 1024,
  /** How long a client may take to answer a close, in ms. */
  closeTimeout: 3000,
  /** Base64 of speech shrinks by a quarter and costs a core's time; a loopback has the room. */
  perMessageDeflate: false,
  /** The wire answers pings: it knows when to be silent. */
  autoPong: false,
};
/** How long those who are there may take to leave when the server stops, in ms. */
const closeGraceMs = 250;

/** @throws what Node's server throws when the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { certificate } = options;
  const server = certificate === undefined ? createServer() : createSecureServer(certificate);
  const sockets = new WebSocketServer(socketOptions);
  server.on("request", (request, response) => void handleRequest(options, request, response));
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
  const wire = new WebSocketPeer(stream);
  const line = connect(readRequest(request), wire);
  if (line === undefined) return notFound(stream);
  let opened = false;
  sockets.handleUpgrade(request, stream, head, (socket) => {
    opened = true;
    wire.attach(socket, line);
  });
  if (!opened) reportNeverOpened(line);
}

function notFound(stream: Duplex): void {
  stream.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

function listen(server: Server, { port, host }: ServerOptions): Promise<void> {
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
  }, closeGraceMs);
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}

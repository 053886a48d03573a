/** The emulator's server: HTTP for tokens and debugging, WebSockets for the Live API. */
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

interface ServerOptions extends HttpHandlers {
  readonly port: number;
  readonly host: string;
  /** If set, the port serves TLS only. */
  readonly certificate: Certificate | undefined;
  readonly connect: Connect;
}

export interface RunningServer {
  readonly port: number;
  /** WebSockets open now. */
  sockets(this: void): number;
  /** Closes all WebSockets with 1001 and frees the port. */
  close(this: void): Promise<void>;
}

const socketOptions = {
  noServer: true,
  /** Bytes of one message: the limit of a Worker. */
  maxPayload: 32 * 1024 * 1024,
  /** How long a client may take to answer a close, ms. */
  closeTimeout: 3000,
  /** Base64 audio shrinks by a quarter but costs a core's time; loopback has the bandwidth. */
  perMessageDeflate: false,
  /** WebSocketPeer answers pings itself, so that it can stop. */
  autoPong: false,
};
/** How long clients may take to close when the server stops, ms. */
const closeGraceMs = 250;

/** @throws the error of Node's server when it cannot bind the port. */
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
  // Until the handshake completes, nothing else handles errors of the stream.
  const ignoreError = () => {};
  stream.on("error", ignoreError);
  const peer = new WebSocketPeer(stream);
  const handler = connect(readRequest(request), peer);
  if (handler === undefined) return notFound(stream);
  let opened = false;
  sockets.handleUpgrade(request, stream, head, (socket) => {
    opened = true;
    peer.attach(socket, handler);
  });
  if (!opened) reportNeverOpened(handler);
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
  const forceTimer = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  }, closeGraceMs);
  server.closeIdleConnections();
  await closed;
  clearTimeout(forceTimer);
}

/** Restricts debug endpoints to requests from this machine. */
import type { IncomingMessage } from "node:http";

/**
 * The host name counts too: a request through a local tunnel or proxy comes from a loopback address, and so does one
 * from a web page whose host name resolves to this machine. A page from elsewhere can post without reading the reply,
 * but its origin identifies it.
 */
export function isLocalRequest({ socket, headers }: IncomingMessage): boolean {
  const { host = "", origin } = headers;
  return (
    isLoopback(socket.remoteAddress ?? "") &&
    isLocalName(host) &&
    (origin === undefined || isLocalName(origin.replace(/^https?:\/\//u, "")))
  );
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./u.test(address);
}

function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/u, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127\.[\d.]+$/u.test(name);
}

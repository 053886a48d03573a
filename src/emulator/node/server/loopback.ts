/** Whether a request comes from this machine, and was meant for it. */
import type { IncomingMessage } from "node:http";

/**
 * The name asked for counts too: a request that a tunnel or proxy on this machine passes on comes from
 * a loopback address, and so does one from a web page whose host name was made to point here. A page from
 * elsewhere can post without being able to read: it names its origin.
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

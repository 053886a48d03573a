/**
 * Redirects Google's host name to another server, for unmodified clients without an address setting. It works like a
 * name server and a certificate authority of one's own.
 */
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import tls from "node:tls";
import { generate } from "selfsigned";

export const NAME = "generativelanguage.googleapis.com";

/** The end of an HTTP response's head. */
const HEAD_END = "\r\n\r\n";

export interface Front {
  readonly port: number;
  /** PEM; the client must trust it. */
  readonly certificate: string;
  /**
   * Cuts all connections without a close frame, as a lost network does. @returns once a later connection has received a
   * message of its WebSocket.
   */
  cut(): Promise<void>;
  close(): void;
}

/** Terminates TLS on a free port of this machine and forwards bytes to a plain port. */
export async function openFront(to: number): Promise<Front> {
  const names = [{ name: "commonName", value: NAME }];
  const altNames = [
    { type: 2 as const, value: NAME },
    { type: 2 as const, value: "localhost" },
    { type: 7 as const, ip: "127.0.0.1" },
  ];
  const extensions = [
    { name: "basicConstraints" as const, cA: true },
    { name: "subjectAltName" as const, altNames },
  ];
  const { cert, private: key } = await generate(names, { extensions });
  const clients = new Set<tls.TLSSocket>();
  let resumed = Promise.withResolvers<void>();
  const server = tls.createServer({ cert, key }, (client) => {
    const upstream = connect(to, "127.0.0.1");
    clients.add(client.on("close", () => clients.delete(client)));
    let head = "";
    upstream.on("data", (bytes: Buffer) => {
      if (!head.includes(HEAD_END)) head += bytes.toString("latin1");
      else resumed.resolve();
      if (head.includes(HEAD_END) && !head.endsWith(HEAD_END)) resumed.resolve();
    });
    // Either end may close; its peer is then destroyed.
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    cut: () => {
      resumed = Promise.withResolvers();
      for (const client of clients) client.destroy();
      return resumed.promise;
    },
    close: () => void server.close(),
  };
}

/** Redirects this process's TLS connections to Google's host name to the front. @returns a function that undoes it. */
export function redirectNameTo({ port, certificate }: Front): () => void {
  const { connect } = tls;
  const redirected = (options: tls.ConnectionOptions & { host?: string }): tls.TLSSocket =>
    connect(
      options.host === NAME
        ? { ...options, host: "127.0.0.1", port, ca: certificate, servername: NAME }
        : options,
    );
  Object.assign(tls, { connect: redirected });
  return () => void Object.assign(tls, { connect });
}

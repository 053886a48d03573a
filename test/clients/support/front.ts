/**
 * Google's host name, led to another server: for clients that have no setting for the address. They are not touched;
 * what changes is where the name leads, as with a name server and a certificate authority of one's own.
 */
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import tls from "node:tls";
import { generate } from "selfsigned";

export const NAME = "generativelanguage.googleapis.com";

export interface Front {
  readonly port: number;
  /** PEM: what a client must trust. */
  readonly certificate: string;
  close(): void;
}

/** TLS on a free port of this machine, passed on byte for byte to a plain port. */
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
  const server = tls.createServer({ cert, key }, (client) => {
    const service = connect(to, "127.0.0.1");
    // Either end may break off; the other is told by its own end.
    client.on("error", () => service.destroy());
    service.on("error", () => client.destroy());
    client.pipe(service).pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    close: () => void server.close(),
  };
}

/** Whoever in this process dials Google's name by TLS reaches the front. @returns what undoes it. */
export function leadNameTo({ port, certificate }: Front): () => void {
  const { connect } = tls;
  const led = (options: tls.ConnectionOptions & { host?: string }): tls.TLSSocket =>
    connect(
      options.host === NAME
        ? { ...options, host: "127.0.0.1", port, ca: certificate, servername: NAME }
        : options,
    );
  Object.assign(tls, { connect: led });
  return () => void Object.assign(tls, { connect });
}

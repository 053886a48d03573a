/** Where an emulator is reached: address, TLS, and the URL that clients are told. */
import type { Connect } from "../core/connection/socket.ts";
import type { Doors } from "./server/answer.ts";
import { makeCertificate } from "./server/certificate.ts";
import { serve, type Serving } from "./server/serve.ts";

export interface PortOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** With a certificate made on the spot, which `/_emulator/certificate` shows. */
  readonly tls?: boolean;
}

export interface Reached {
  readonly port: number;
  /** For clients: `http://host:port`, or `https://…`. */
  readonly url: string;
  close(this: void): Promise<void>;
}

/** @throws what Node's server throws when the port cannot be had. */
export async function openPort(
  { port = 0, host = "127.0.0.1", tls = false }: PortOptions,
  { connect, http, panel }: Doors & { readonly connect: Connect },
): Promise<Reached & Pick<Serving, "sockets">> {
  const certificate = tls ? await makeCertificate(host) : undefined;
  const views = certificate && { certificate: () => certificate.cert };
  const serving = await serve({
    port,
    host,
    certificate,
    connect,
    http,
    panel: { ...panel, views: { ...panel.views, ...views } },
  });
  return { ...serving, url: `${tls ? "https" : "http"}://${reached(host)}:${serving.port}` };
}

/** How a client on this machine reaches a server bound to `host`. */
function reached(host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return name.includes(":") ? `[${name}]` : name;
}

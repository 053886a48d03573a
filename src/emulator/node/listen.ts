/** Binds the emulator to an address, with optional TLS, and builds the URL for clients. */
import type { Connect } from "../core/connection/socket.ts";
import type { HttpHandlers } from "./server/http-handler.ts";
import { makeCertificate } from "./server/certificate.ts";
import { startServer, type RunningServer } from "./server/serve.ts";

export interface ListenOptions {
  /** 0 selects a free port. */
  readonly port?: number;
  readonly host?: string;
  /** Creates a certificate, which `/_emulator/certificate` shows. */
  readonly tls?: boolean;
}

export interface ServerHandle {
  readonly port: number;
  /** For clients: `http://host:port` or `https://…`. */
  readonly url: string;
  close(this: void): Promise<void>;
}

const localNames = ["127.0.0.1", "::1", "localhost"];

/** @throws the error of Node's server when it cannot bind the port. */
export async function listenOn(
  { port = 0, host = "127.0.0.1", tls = false }: ListenOptions,
  { connect, handleHttp, debugEndpoints }: HttpHandlers & { readonly connect: Connect },
): Promise<ServerHandle & Pick<RunningServer, "sockets">> {
  const certificate = tls ? await makeCertificate([...localNames, host]) : undefined;
  const views = certificate && { certificate: () => certificate.cert };
  const server = await startServer({
    port,
    host,
    certificate,
    connect,
    handleHttp,
    debugEndpoints: { ...debugEndpoints, views: { ...debugEndpoints.views, ...views } },
  });
  return { ...server, url: `${tls ? "https" : "http"}://${reachableName(host)}:${server.port}` };
}

/** The name by which a client on this machine reaches a server bound to `host`. */
function reachableName(host: string): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return name.includes(":") ? `[${name}]` : name;
}

/** The lines that `npm start` prints when the servers are ready. */
import { inUrl, isLoopback, localAddress } from "./network.ts";

export interface ReadyServer {
  readonly host: string;
  readonly port: number;
  /** Display name of the upstream. */
  readonly upstream: string;
  /** The server requires no token. */
  readonly anonymous: boolean;
  /** Path of the certificate; undefined: the server speaks http. */
  readonly certificate: string | undefined;
  /** The addresses that other machines can open. */
  readonly openAddresses: readonly string[];
}

export function readyLines(server: ReadyServer): string[] {
  const { host, port, upstream, certificate } = server;
  const scheme = certificate === undefined ? "http" : "https";
  return [
    `parley is ready at ${scheme}://${localAddress(host)}:${port}, talking to ${upstream}. Ctrl-C stops it.`,
    ...(isLoopback(host) ? [] : networkLines(scheme, server)),
    ...(certificate === undefined
      ? []
      : [
          `Its certificate is ${certificate}: clients must trust it (Python: SSL_CERT_FILE, Node: NODE_EXTRA_CA_CERTS; docs/operations.md has phones and Java).`,
        ]),
  ];
}

function networkLines(
  scheme: "http" | "https",
  { port, anonymous, openAddresses }: ReadyServer,
): string[] {
  if (openAddresses.length === 0)
    return ["This machine has no address in a network: no other machine can open it."];
  const urls = openAddresses.map((address) => `${scheme}://${inUrl(address)}:${port}`);
  return [
    `Other machines open ${urls.join(" or ")}.`,
    ...(scheme === "https"
      ? []
      : ["Over http, their browsers give a page no microphone: HTTPS=1 npm start."]),
    ...(anonymous
      ? ["It admits every client of this network: set AUTH_SECRET to require tokens."]
      : []),
  ];
}

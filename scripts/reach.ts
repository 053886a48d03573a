/** Tries once whether a server listens at an address. */
import { connect } from "node:net";

const timeoutMs = 3_000;

/** Opens a TCP connection and closes it: it sends no key and costs nothing. @returns the reason of a failure. */
export function unreachable(base: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(base);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    timeout: timeoutMs,
  });
  return new Promise<string | undefined>((resolve) => {
    socket.once("connect", () => resolve(undefined));
    socket.once("timeout", () => resolve(`no answer in ${timeoutMs / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  }).finally(() => socket.destroy());
}

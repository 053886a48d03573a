/** Ports, checked before a server needs them. */
import { createServer } from "node:net";

/**
 * @param text the value of the setting `name`; undefined or empty: it is not set.
 * @throws Error if it is not a port.
 */
export function portOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} is "${text}", which is not a port: set it to a number from 1 to 65535.`);
}

/** @throws Error if another process listens on the port, or the user may not. */
export async function checkFree(name: string, host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          error.code === "EACCES"
            ? `port ${port} may not be used by this user: choose one above 1023 with ${name}, as in ${name}=8787 npm start.`
            : `port ${port} is taken: stop what uses it, or choose another with ${name}, as in ${name}=${port + 10} npm start.`,
        ),
      ),
    );
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

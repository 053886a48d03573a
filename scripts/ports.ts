/** Ports from the environment, checked before a server needs them. */
import { createServer } from "node:net";

/** @throws Error if the variable is set and is not a port. */
export function portOf(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} is "${text}", which is not a port: set it to a number from 1 to 65535.`);
}

/** @throws Error if another process listens on the port. */
export async function checkFree(name: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", () =>
      reject(
        new Error(
          `port ${port} is taken: stop what uses it, or choose another with ${name}, as in ${name}=${port + 10} npm start.`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

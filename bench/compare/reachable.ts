import { setTimeout as sleep } from "node:timers/promises";
import { unreachable } from "../../scripts/reach.ts";

/** Waits until a server listens on a port of this machine. @throws Error after 20 s. */
export async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await unreachable(`http://127.0.0.1:${port}`)) === undefined) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port} after 20 s`);
}

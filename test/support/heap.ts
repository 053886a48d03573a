/** Reads the heap of the local Worker through its inspector, after a garbage collection. */
import { Client } from "./client.ts";

interface Reply {
  readonly id?: number;
  readonly result?: { readonly usedSize?: number };
  readonly error?: { readonly message: string };
}

export interface Inspector {
  /** Bytes in use after a forced collection. */
  heap(): Promise<number>;
  close(): Promise<unknown>;
}

/**
 * @param port where the inspector listens (INSPECTOR_PORT).
 * @param awake an address of the Worker: an idle Worker does not answer its inspector, so it is sent requests
 * meanwhile.
 */
export async function inspect(port: number, awake: string): Promise<Inspector> {
  const list = await fetch(`http://127.0.0.1:${port}/json`);
  const [target] = (await list.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error("nothing to inspect");
  const client = new Client<Reply>(target.webSocketDebuggerUrl);
  let id = 0;
  const ask = async (method: string): Promise<Reply> => {
    const mine = ++id;
    await client.send({ id: mine, method });
    const answer = client.next((reply) => reply.id === mine);
    for (;;) {
      const reply = await Promise.race([
        answer,
        fetch(awake).then((page) => void page.body?.cancel()),
      ]);
      if (reply) return reply;
    }
  };
  return {
    heap: async () => {
      await ask("HeapProfiler.collectGarbage");
      const { result, error } = await ask("Runtime.getHeapUsage");
      if (result?.usedSize === undefined) throw new Error(error?.message ?? "no heap usage");
      return result.usedSize;
    },
    close: () => client.close(),
  };
}

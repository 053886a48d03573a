import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect, type Inspector } from "../support/heap.ts";
import { freePort, startParley, type Parley } from "../support/parley.ts";
import { audioOf, connectAdkClient } from "../support/adk-client.ts";

let parley: Parley;
let worker: Inspector;

beforeAll(async () => {
  const port = await freePort();
  parley = await startParley({
    env: { INSPECTOR_PORT: `${port}`, NODE_OPTIONS: "--expose-gc" },
  });
  worker = await inspect(port, `http://127.0.0.1:${parley.port}/healthz`);
});

afterAll(async () => {
  await worker.close();
  await parley.stop();
});

interface Stats {
  readonly sockets: number;
  readonly turns: number;
  readonly timers: number;
  readonly sessions: { readonly connected: number };
  readonly speech: { readonly hearings: number };
  readonly memory: { readonly heapUsed: number; readonly collected: boolean };
}

const stats = async (query = ""): Promise<Stats> =>
  (await (await fetch(`${parley.emulator}/_emulator/stats${query}`)).json()) as Stats;

/** One conversation: opened, a question, the first audio of the answer, closed. */
async function converse(index: number): Promise<void> {
  const ann = await connectAdkClient(`${parley.url}/ws/ann/leak-${index}`);
  await ann.sendText("Hello.");
  await ann.next((event) => audioOf(event) !== undefined);
  await ann.close();
}

/** A conversation that ends before the upstream connects: the attempt must not leave a socket behind. */
async function lookIn(index: number): Promise<void> {
  const bob = await connectAdkClient(`${parley.url}/ws/bob/leak-${index}`);
  await bob.send("{");
  await bob.next((event) => event.errorCode === "BAD_FRAME");
  await bob.close();
}

/** `npm run leak` runs two hundred conversations; `npm test` fewer, to save time. */
const half = Number(process.env["CONVERSATIONS"] ?? 40) / 2;

/** Four at a time: two that converse and two that leave at once. */
async function converseTimes(from: number): Promise<void> {
  for (let first = from; first < from + half; first += 4)
    await Promise.all([converse(first), converse(first + 1), lookIn(first + 2), lookIn(first + 3)]);
}

async function emulatorHeap(): Promise<number> {
  const { memory } = await stats("?gc=1");
  expect(memory.collected).toBe(true);
  return memory.heapUsed;
}

describe("[LEAK1] many conversations leave nothing behind", () => {
  it("sockets and timers return to idle, and the heaps to their size after the first half", async () => {
    await converseTimes(0);
    await idle();
    const before = { emulator: await emulatorHeap(), worker: await worker.heap() };
    await converseTimes(half);
    await idle();
    // Measured at rest: while conversations linger, the heap depends on their number and so on the machine's speed.
    await expect.poll(ratioOf(emulatorHeap, before.emulator), patience).toBeLessThanOrEqual(1.05);
    const workerHeap = ratioOf(() => worker.heap(), before.worker);
    await expect.poll(workerHeap, patience).toBeLessThanOrEqual(1.05);
  }, 240_000);
});

/** The runtime evicts an object from memory some seconds after its last message. */
const patience = { timeout: 60_000, interval: 1_000 };

const ratioOf = (heap: () => Promise<number>, before: number) => async () => {
  const now = await heap();
  console.log(
    `${(now / 1e6).toFixed(2)} MB, and after the first half ${(before / 1e6).toFixed(2)}`,
  );
  return now / before;
};

/** An upstream connection lingers a few seconds after the last client has left: idleness must follow. */
async function idle(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { sockets, turns, timers, sessions, speech } = await stats();
        return { sockets, turns, timers, connected: sessions.connected, hearings: speech.hearings };
      },
      { timeout: 30_000, interval: 250 },
    )
    .toEqual({ sockets: 0, turns: 0, timers: 0, connected: 0, hearings: 0 });
}

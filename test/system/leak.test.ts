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

/** One conversation: opened, a question, the first sound of the answer, closed. */
async function converse(index: number): Promise<void> {
  const ann = await connectAdkClient(`${parley.url}/ws/ann/leak-${index}`);
  await ann.sendText("Hello.");
  await ann.next((event) => audioOf(event) !== undefined);
  await ann.close();
}

/** One that is over before the model is up: the dial must not leave a socket behind. */
async function lookIn(index: number): Promise<void> {
  const bob = await connectAdkClient(`${parley.url}/ws/bob/leak-${index}`);
  await bob.send("{");
  await bob.next((event) => event.errorCode === "BAD_FRAME");
  await bob.close();
}

/** `npm run leak` has two hundred conversations; `npm test` fewer, for its time. */
const half = Number(process.env["CONVERSATIONS"] ?? 40) / 2;

/** By fours: two who talk, and two who only look in. */
async function talkTimes(from: number): Promise<void> {
  for (let first = from; first < from + half; first += 4)
    await Promise.all([converse(first), converse(first + 1), lookIn(first + 2), lookIn(first + 3)]);
}

async function emulatorHeap(): Promise<number> {
  const { memory } = await stats("?gc=1");
  expect(memory.collected).toBe(true);
  return memory.heapUsed;
}

describe("[LEAK1] many conversations leave nothing behind", () => {
  it("sockets and timers return to idle, and the heaps to what they were after the first half", async () => {
    await talkTimes(0);
    await idle();
    const before = { emulator: await emulatorHeap(), worker: await worker.heap() };
    await talkTimes(half);
    await idle();
    // Measured at rest: while conversations linger, a heap tells how many do, which is how fast the machine is.
    await expect.poll(ratioOf(emulatorHeap, before.emulator), patience).toBeLessThanOrEqual(1.05);
    const workerHeap = ratioOf(() => worker.heap(), before.worker);
    await expect.poll(workerHeap, patience).toBeLessThanOrEqual(1.05);
  }, 240_000);
});

/** Objects are taken out of memory some seconds after their last word, which the runtime decides. */
const patience = { timeout: 60_000, interval: 1_000 };

const ratioOf = (heap: () => Promise<number>, before: number) => async () => {
  const now = await heap();
  console.log(
    `${(now / 1e6).toFixed(2)} MB, and after the first half ${(before / 1e6).toFixed(2)}`,
  );
  return now / before;
};

/** A link lingers a few seconds after the last one left, so idleness is waited for, and must come. */
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

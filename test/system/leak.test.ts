import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { median } from "../../bench/show/statistics.ts";
import { inspect, type Inspector } from "../support/heap.ts";
import { freePort, startParley, type Parley } from "../support/parley.ts";
import { audioOf, talkerAt } from "../support/talker.ts";

let parley: Parley;
let worker: Inspector;

beforeAll(async () => {
  const port = await freePort();
  parley = await startParley({
    env: { INSPECTOR_PORT: `${port}`, NODE_OPTIONS: "--expose-gc" },
  });
  worker = await inspect(port);
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
  const ann = await talkerAt(`${parley.url}/ws/ann/leak-${index}`);
  await ann.type("Hello.");
  await ann.next((event) => audioOf(event) !== undefined);
  await ann.close();
}

/** One that is over before the model is up: the dial must not leave a socket behind. */
async function lookIn(index: number): Promise<void> {
  const bob = await talkerAt(`${parley.url}/ws/bob/leak-${index}`);
  await bob.send("{");
  await bob.next((event) => event.errorCode === "BAD_FRAME");
  await bob.close();
}

describe("[LEAK1] two hundred conversations leave nothing behind", () => {
  it("the heaps of emulator and Worker do not grow; sockets and timers return to idle", async () => {
    const heaps: { emulator: number; worker: number }[] = [];
    for (let group = 0; group < 50; group++) {
      const first = 4 * group;
      await Promise.all([
        converse(first),
        converse(first + 1),
        lookIn(first + 2),
        lookIn(first + 3),
      ]);
      const { memory } = await stats("?gc=1");
      expect(memory.collected).toBe(true);
      heaps.push({ emulator: memory.heapUsed, worker: await worker.heap() });
    }
    for (const whose of ["emulator", "worker"] as const) {
      const sizes = heaps.map((heap) => heap[whose]);
      const ratio = median(sizes.slice(37)) / median(sizes.slice(12, 25));
      console.log(
        `${whose}: median heap of the last 50 over that of 50 to 100: ${ratio.toFixed(3)}`,
      );
      expect(ratio).toBeLessThanOrEqual(1.05);
    }
    await idle();
  }, 240_000);
});

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

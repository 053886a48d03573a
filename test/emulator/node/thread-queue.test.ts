import { describe, expect, it } from "vitest";
import { ThreadQueue } from "../../../src/emulator/node/threads/thread-queue.ts";
import { OverloadReporter } from "../../../src/emulator/node/threads/overload.ts";
import type { ThreadQueueOptions } from "../../../src/emulator/node/threads/thread-queue.ts";

interface Bench {
  readonly queue: ThreadQueue<string, string, string>;
  readonly batches: (readonly string[])[];
  readonly late: number[];
  clock: number;
}

function bench(changes: Partial<ThreadQueueOptions<string, string>> = {}): Bench {
  const batches: (readonly string[])[] = [];
  const late: number[] = [];
  const bench: Bench = {
    batches,
    late,
    clock: 0,
    queue: new ThreadQueue({
      batchSize: 1,
      priorities: 2,
      maxWait: { ms: 100, msPerOwn: 50 },
      ready: Promise.resolve(),
      now: () => bench.clock,
      failed: () => {},
      late: (waited) => late.push(waited),
      process: async (batch) => {
        batches.push(batch);
        bench.clock += 40;
        return batch.map((request) => request.toUpperCase());
      },
      ...changes,
    }),
  };
  return bench;
}

const job = (request: string) => ({ request, fallback: "" });

describe("thread queue", () => {
  it("[EAR10] serves owners in turn, and urgent jobs first", async () => {
    const { queue, batches } = bench();
    const all = [
      queue.submit("ann", 1, job("a1")),
      queue.submit("ann", 1, job("a2")),
      queue.submit("ann", 1, job("a3")),
      queue.submit("bob", 1, job("b1")),
      queue.submit("bob", 0, job("urgent")),
    ];
    expect(await Promise.all(all)).toEqual(["A1", "A2", "A3", "B1", "URGENT"]);
    expect(batches.flat()).toEqual(["urgent", "a1", "b1", "a2", "a3"]);
  });

  it("[EAR11] batches jobs of several owners, never two of one owner", async () => {
    const { queue, batches } = bench({ batchSize: 2 });
    const requests = ["ann", "ann", "bob", "cyn"].map((owner, i) =>
      queue.submit(owner, 0, job(`${owner}${i}`)),
    );
    await Promise.all(requests);
    expect(batches).toEqual([
      ["ann0", "bob2"],
      ["cyn3", "ann1"],
    ]);
  });

  it("[EAR12] reports a late job, but not for a burst that delays only itself", async () => {
    const { queue, late } = bench();
    await Promise.all(Array.from({ length: 9 }, (_, i) => queue.submit("ann", 0, job(`a${i}`))));
    expect(late).toEqual([]);
    await Promise.all(["a", "b", "c", "d"].map((owner) => queue.submit(owner, 0, job(owner))));
    expect(late).toEqual([120]);
    expect(queue.stats().longestWait).toBe(320);
  });

  it("[EAR12] logs once, in one sentence, that the machine cannot keep up, and keeps serving all", async () => {
    const logged: string[] = [];
    const overload = new OverloadReporter((line) => logged.push(line));
    const { queue, batches } = bench({ late: (waited) => overload.late(waited) });
    expect(overload.reported).toBe(false);
    const owners = Array.from({ length: 10 }, (_, i) => `session ${i}`);
    const jobs = owners.flatMap((owner) => [1, 2, 3].map(() => queue.submit(owner, 1, job(owner))));
    await Promise.all(jobs);
    expect(overload.reported).toBe(true);
    expect(logged).toEqual([
      "speech work waited 120 ms: this machine cannot keep up with so many sessions",
    ]);
    // No owner's second job precedes another owner's first.
    expect(batches.flat()).toEqual([...owners, ...owners, ...owners]);
  });

  it("[EAR13] resolves a failed job to its fallback and continues", async () => {
    const problems: unknown[] = [];
    const { queue } = bench({
      failed: (error) => problems.push(error),
      process: async ([request = ""]) => {
        if (request === "bad") throw new Error("no");
        return [request];
      },
    });
    expect(await Promise.all(["bad", "good"].map((q) => queue.submit("ann", 0, job(q))))).toEqual([
      "",
      "good",
    ]);
    expect(problems).toHaveLength(1);
    expect(queue.stats()).toMatchObject({ answered: 1, failed: 1, waiting: [0, 0] });
  });
});

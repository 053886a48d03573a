import { describe, expect, it } from "vitest";
import { ThreadQueue } from "../../../src/emulator/node/threads/thread-queue.ts";
import { OverloadReporter } from "../../../src/emulator/node/threads/overload.ts";
import type { ThreadQueueOptions } from "../../../src/emulator/node/threads/thread-queue.ts";

interface Bench {
  readonly lane: ThreadQueue<string, string, string>;
  readonly asked: (readonly string[])[];
  readonly late: number[];
  clock: number;
}

function bench(changes: Partial<ThreadQueueOptions<string, string>> = {}): Bench {
  const asked: (readonly string[])[] = [];
  const late: number[] = [];
  const bench: Bench = {
    asked,
    late,
    clock: 0,
    lane: new ThreadQueue({
      batchSize: 1,
      ranks: 2,
      patience: { ms: 100, msPerOwn: 50 },
      ready: Promise.resolve(),
      now: () => bench.clock,
      failed: () => {},
      late: (waited) => late.push(waited),
      process: async (round) => {
        asked.push(round);
        bench.clock += 40;
        return round.map((question) => question.toUpperCase());
      },
      ...changes,
    }),
  };
  return bench;
}

const job = (question: string) => ({ question, fallback: "" });

describe("a lane to a thread", () => {
  it("[EAR10] goes round by owner, and urgent work goes first", async () => {
    const { lane, asked } = bench();
    const all = [
      lane.submit("ann", 1, job("a1")),
      lane.submit("ann", 1, job("a2")),
      lane.submit("ann", 1, job("a3")),
      lane.submit("bob", 1, job("b1")),
      lane.submit("bob", 0, job("urgent")),
    ];
    expect(await Promise.all(all)).toEqual(["A1", "A2", "A3", "B1", "URGENT"]);
    expect(asked.flat()).toEqual(["urgent", "a1", "b1", "a2", "a3"]);
  });

  it("[EAR11] takes several owners' work at once, never two of one owner", async () => {
    const { lane, asked } = bench({ batchSize: 2 });
    const questions = ["ann", "ann", "bob", "cyn"].map((owner, i) =>
      lane.submit(owner, 0, job(`${owner}${i}`)),
    );
    await Promise.all(questions);
    expect(asked).toEqual([
      ["ann0", "bob2"],
      ["cyn3", "ann1"],
    ]);
  });

  it("[EAR12] says when work waits too long, but not for a burst that only delays itself", async () => {
    const { lane, late } = bench();
    await Promise.all(Array.from({ length: 9 }, (_, i) => lane.submit("ann", 0, job(`a${i}`))));
    expect(late).toEqual([]);
    await Promise.all(["a", "b", "c", "d"].map((owner) => lane.submit(owner, 0, job(owner))));
    expect(late).toEqual([120]);
    expect(lane.stats().longestWait).toBe(320);
  });

  it("[EAR12] logs once, in a sentence, that the machine cannot keep up, and serves all alike", async () => {
    const logged: string[] = [];
    const overload = new OverloadReporter((line) => logged.push(line));
    const { lane, asked } = bench({ late: (waited) => overload.late(waited) });
    expect(overload.seen).toBe(false);
    const owners = Array.from({ length: 10 }, (_, i) => `session ${i}`);
    const jobs = owners.flatMap((owner) => [1, 2, 3].map(() => lane.submit(owner, 1, job(owner))));
    await Promise.all(jobs);
    expect(overload.seen).toBe(true);
    expect(logged).toEqual([
      "speech work waited 120 ms: this machine cannot keep up with so many sessions",
    ]);
    // Nobody's second comes before somebody's first.
    expect(asked.flat()).toEqual([...owners, ...owners, ...owners]);
  });

  it("[EAR13] answers nothing for work that fails, and goes on", async () => {
    const problems: unknown[] = [];
    const { lane } = bench({
      failed: (problem) => problems.push(problem),
      process: async ([question = ""]) => {
        if (question === "bad") throw new Error("no");
        return [question];
      },
    });
    expect(await Promise.all(["bad", "good"].map((q) => lane.submit("ann", 0, job(q))))).toEqual([
      "",
      "good",
    ]);
    expect(problems).toHaveLength(1);
    expect(lane.stats()).toMatchObject({ answered: 1, failed: 1, waiting: [0, 0] });
  });
});

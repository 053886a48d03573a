import { describe, expect, it } from "vitest";
import { Lane } from "../../../src/emulator/node/threads/lane.ts";
import { Overload } from "../../../src/emulator/node/threads/overload.ts";
import type { LaneOptions } from "../../../src/emulator/node/threads/lane.ts";

interface Bench {
  readonly lane: Lane<string, string, string>;
  readonly asked: (readonly string[])[];
  readonly late: number[];
  clock: number;
}

function bench(changes: Partial<LaneOptions<string, string>> = {}): Bench {
  const asked: (readonly string[])[] = [];
  const late: number[] = [];
  const bench: Bench = {
    asked,
    late,
    clock: 0,
    lane: new Lane({
      width: 1,
      ranks: 2,
      patience: { ms: 100, msPerOwn: 50 },
      open: Promise.resolve(),
      now: () => bench.clock,
      failed: () => {},
      late: (waited) => late.push(waited),
      ask: async (round) => {
        asked.push(round);
        bench.clock += 40;
        return round.map((question) => question.toUpperCase());
      },
      ...changes,
    }),
  };
  return bench;
}

const job = (question: string) => ({ question, nothing: "" });

describe("a lane to a thread", () => {
  it("[EAR10] goes round by owner, and urgent work goes first", async () => {
    const { lane, asked } = bench();
    const all = [
      lane.ask("ann", 1, job("a1")),
      lane.ask("ann", 1, job("a2")),
      lane.ask("ann", 1, job("a3")),
      lane.ask("bob", 1, job("b1")),
      lane.ask("bob", 0, job("urgent")),
    ];
    expect(await Promise.all(all)).toEqual(["A1", "A2", "A3", "B1", "URGENT"]);
    expect(asked.flat()).toEqual(["urgent", "a1", "b1", "a2", "a3"]);
  });

  it("[EAR11] takes several owners' work at once, never two of one owner", async () => {
    const { lane, asked } = bench({ width: 2 });
    const questions = ["ann", "ann", "bob", "cyn"].map((owner, i) =>
      lane.ask(owner, 0, job(`${owner}${i}`)),
    );
    await Promise.all(questions);
    expect(asked).toEqual([
      ["ann0", "bob2"],
      ["cyn3", "ann1"],
    ]);
  });

  it("[EAR12] says when work waits too long, but not for a burst that only delays itself", async () => {
    const { lane, late } = bench();
    await Promise.all(Array.from({ length: 9 }, (_, i) => lane.ask("ann", 0, job(`a${i}`))));
    expect(late).toEqual([]);
    await Promise.all(["a", "b", "c", "d"].map((owner) => lane.ask(owner, 0, job(owner))));
    expect(late).toEqual([120]);
    expect(lane.stats().longestWait).toBe(320);
  });

  it("[EAR12] logs once, in a sentence, that the machine cannot keep up, and serves all alike", async () => {
    const logged: string[] = [];
    const overload = new Overload((line) => logged.push(line));
    const { lane, asked } = bench({ late: (waited) => overload.late(waited) });
    expect(overload.seen).toBe(false);
    const owners = Array.from({ length: 10 }, (_, i) => `session ${i}`);
    const jobs = owners.flatMap((owner) => [1, 2, 3].map(() => lane.ask(owner, 1, job(owner))));
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
      ask: async ([question = ""]) => {
        if (question === "bad") throw new Error("no");
        return [question];
      },
    });
    expect(await Promise.all(["bad", "good"].map((q) => lane.ask("ann", 0, job(q))))).toEqual([
      "",
      "good",
    ]);
    expect(problems).toHaveLength(1);
    expect(lane.stats()).toMatchObject({ answered: 1, failed: 1, waiting: [0, 0] });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { tool, type ToolContext } from "../../src/agent/tool.ts";
import { hangs, monitor, running } from "./tool-runner-harness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("[CALL1] every call is answered, no matter how its tool behaves", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  it.each([
    ["returns an object as it is", () => ({ a: 1 }), { a: 1 }],
    ["wraps a value as result", () => 7, { result: 7 }],
    ["wraps a list as result", () => [1], { result: [1] }],
    ["returns null for no result", () => undefined, { result: null }],
    ["awaits a promise", async () => "x", { result: "x" }],
    [
      "reports an exception as error",
      () => {
        throw new Error("no luck");
      },
      { error: "no luck" },
    ],
    [
      "reports a thrown text as error",
      () => {
        throw "bare";
      },
      { error: "bare" },
    ],
    [
      "reports cyclic data as error",
      () => cyclic,
      { error: expect.stringContaining("cannot be written as JSON") },
    ],
    [
      "reports a bigint as error",
      () => 1n,
      { error: expect.stringContaining("cannot be written as JSON") },
    ],
    [
      "truncates 1 MB",
      () => "x".repeat(1_000_000),
      {
        truncated: expect.stringContaining("1000002"),
        result: expect.stringMatching(/^"x{32767}$/),
      },
    ],
  ])("%s", async (_, run, expected) => {
    const { call, answers } = running(tool({ name: "it", description: "", run }));
    await call("it");
    expect(answers).toMatchObject([{ willContinue: false, response: expected }]);
  });

  it("a call that hangs is aborted and answered at its deadline", async () => {
    const { call, responses, runner } = running(hangs);
    await call("hang");
    await vi.advanceTimersByTimeAsync(999);
    expect(responses()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(responses()).toEqual([
      { id: "call_1", error: "The function did not answer within 1 seconds." },
    ]);
    expect(runner.runningCount).toBe(0);
  });

  it("an unknown function is answered with the known ones", async () => {
    const { call, responses } = running(hangs);
    await call("dance");
    expect(responses()).toEqual([
      { id: "call_1", error: 'There is no function "dance".', known: ["hang"] },
    ]);
  });

  it("invalid arguments are answered with an error, and the tool does not run", async () => {
    const run = vi.fn();
    const { call, responses } = running(
      tool({ name: "add", description: "", parameters: z.object({ a: z.number() }), run }),
    );
    await call("add", { a: "many" });
    expect(responses()).toEqual([
      { id: "call_1", error: expect.stringMatching(/Wrong arguments.*a/s) },
    ]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[CALL2] calls run concurrently, and each is answered when it is ready", () => {
  it("the faster call first", async () => {
    const wait = tool({
      name: "wait",
      description: "",
      parameters: z.object({ ms: z.number() }),
      run: async ({ ms }, { sleep }) => (await sleep(ms), ms),
    });
    const { call, responses } = running(wait);
    await call("wait", { ms: 500 });
    await call("wait", { ms: 100 });
    await vi.advanceTimersByTimeAsync(500);
    expect(responses()).toEqual([
      { id: "call_2", result: 100 },
      { id: "call_1", result: 500 },
    ]);
  });
});

describe("[CALL3] a call repeated while it runs, runs once and answers both ids", () => {
  it("the order of the arguments does not matter", async () => {
    const run = vi.fn(async (_: unknown, { sleep }: ToolContext) => (await sleep(10), 1));
    const parameters = {
      type: "object",
      properties: { a: { type: "number" }, b: { type: "number" } },
    };
    const { call, answers } = running(tool({ name: "it", description: "", parameters, run }));
    await call("it", { a: 1, b: 2 });
    await call("it", { b: 2, a: 1 });
    await vi.advanceTimersByTimeAsync(10);
    expect(run).toHaveBeenCalledTimes(1);
    expect(answers.map(({ call: { ids } }) => ids)).toEqual([["call_1", "call_2"]]);
  });
});

describe("[CALL4] a turn has a budget of calls", () => {
  it("calls beyond it are answered and not run; the next turn has a new budget", async () => {
    const run = vi.fn(() => 1);
    const { call, answers } = running(tool({ name: "it", description: "", run }));
    for (let n = 0; n < 6; n++) await call("it");
    await call("it", {}, { turn: 2 });
    expect(run).toHaveBeenCalledTimes(6);
    expect(answers[5]?.response).toEqual({
      error: expect.stringContaining("More than 5 calls in one turn"),
    });
  });
});

describe("[CALL5] a cancelled call is aborted and not answered", () => {
  it("the model names the call by its id", async () => {
    const { call, answers, runner } = running(hangs);
    await call("hang");
    runner.cancel(["call_1"]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(answers).toEqual([]);
    expect(runner.runningCount).toBe(0);
  });
});

describe("[CALL6] a long-running call is pending at once, reports progress, and answers later", () => {
  it("the work has no deadline", async () => {
    const slow = tool({
      name: "slow",
      description: "",
      longRunning: true,
      deadlineMs: 1000,
      run: async (_, { sleep, progress }) => {
        await sleep(5000);
        progress("half");
        await sleep(5000);
        return "done";
      },
    });
    const { call, answers } = running(slow);
    await call("slow");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answers.map(({ response, willContinue }) => [response, willContinue])).toEqual([
      [expect.objectContaining({ status: "pending" }), true],
      [{ progress: "half" }, true],
      [{ result: "done" }, false],
    ]);
  });
});

describe("[CALL10] running tools end with the conversation", () => {
  it("functions and streams are aborted and send no more responses", async () => {
    const { call, answers, runner } = running(hangs, monitor);
    await call("hang");
    await call("monitor", { what: "x" });
    const before = answers.length;
    runner.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(answers).toHaveLength(before);
    expect(runner.runningCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { tool, ToolError, type ToolContext } from "../../src/agent/tool.ts";
import { untoldFailure } from "../../src/core/errors.ts";
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
        throw new ToolError("no luck");
      },
      { error: "no luck" },
    ],
    [
      "reports a thrown text as error",
      () => {
        throw "bare";
      },
      { error: untoldFailure },
    ],
    [
      "reports cyclic data as error",
      () => cyclic,
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

describe("[CALL12] The agent runtime must not turn a value into {} in silence", () => {
  it.each([
    ["a Map", () => new Map([["a", new Map([["b", 1]])]]), { a: { b: 1 } }],
    ["a Map of numbers", () => new Map([[1, "a"]]), { 1: "a" }],
    ["a Map of objects", () => ({ m: new Map([[{ x: 1 }, 2]]) }), { m: [[{ x: 1 }, 2]] }],
    ["a Set", () => new Set(["a", new Set([1])]), { result: ["a", [1]] }],
    ["a ToolError", () => new ToolError("no luck"), { error: "no luck" }],
    ["a ToolError in data", () => ({ e: new ToolError("bad") }), { e: { error: "bad" } }],
    [
      "a ToolError with fields",
      () => Object.assign(new ToolError("x"), { code: 7 }),
      { error: "x", code: 7 },
    ],
    ["a BigInt", () => 2n ** 70n, { result: "1180591620717411303424" }],
    ["a BigInt in data", () => ({ n: 1n }), { n: "1" }],
    ["a Date", () => ({ at: new Date(0) }), { at: "1970-01-01T00:00:00.000Z" }],
    ["an invalid Date", () => ({ at: new Date(NaN) }), { at: "[an invalid Date]" }],
    ["not a number", () => [NaN, -Infinity, -0], { result: ["NaN", "-Infinity", -0] }],
    ["undefined", () => ({ a: undefined, b: [undefined] }), { b: [null] }],
    ["a RegExp", () => /a+/g, { result: "/a+/g" }],
    ["a URL", () => new URL("https://a.test/"), { result: "https://a.test/" }],
    ["parameters", () => new URLSearchParams({ a: "1" }), { result: "a=1" }],
    ["headers", () => new Headers({ a: "1" }), { a: "1" }],
    ["boxed values", () => [Object(1), Object("a"), Object(false)], { result: [1, "a", false] }],
    ["a list of numbers", () => Float32Array.of(1, 0.5), { result: [1, 0.5] }],
    [
      "a class with fields",
      () =>
        new (class A {
          x = 1;
        })(),
      { x: 1 },
    ],
    ["nothing", () => ({}), {}],
    ["toJSON", () => ({ toJSON: () => new Set([1]) }), { result: [1] }],
    ["a Response", () => new Response("x"), { error: /Response: read it.*json/ }],
    ["a Response in data", () => ({ r: new Response("x") }), { r: /^\[a Response: read/ }],
    ["a Promise in data", () => ({ p: Promise.resolve(1) }), { p: /await/ }],
    ["a function", () => function json() {}, { error: /a function json: call it/ }],
    ["a function in data", () => ({ f: () => 1 }), { f: /a function f/ }],
    ["a symbol", () => Symbol("x"), { error: /a symbol/ }],
    ["a generator", () => (function* () {})(), { error: /a Generator: return a list/ }],
    ["an iterator", () => new Map().values(), { error: /a Map Iterator: return a list/ }],
    ["bytes", () => new Uint8Array(3), { error: /a Uint8Array of 3 bytes/ }],
    ["a buffer in data", () => [new ArrayBuffer(2)], { result: [/an ArrayBuffer of 2 bytes/] }],
    ["a WeakMap", () => new WeakMap(), { error: /a WeakMap/ }],
    [
      "a class without fields",
      () =>
        new (class Cart {
          #n = 1;
          get n() {
            return this.#n;
          }
        })(),
      { error: /a Cart without fields/ },
    ],
    [
      "a getter that throws",
      () => ({
        get a() {
          throw new Error("x");
        },
      }),
      { error: /cannot be written/ },
    ],
  ])("says %s as what it is, or names it to the author", async (_, run, expected) => {
    const { call, answers } = running(tool({ name: "it", description: "", run }));
    await call("it");
    const matching = (value: unknown): unknown => {
      if (value instanceof RegExp) return expect.stringMatching(value);
      if (Array.isArray(value)) return value.map(matching);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, matching(each)]));
    };
    expect(answers.map(({ response }) => response)).toEqual([matching(expected)]);
  });

  it("progress and yields are converted, too", async () => {
    const { call, responses } = running(
      tool({
        name: "it",
        description: "",
        run: (_, { progress }) => progress({ m: new Map([["a", 1n]]) }),
      }),
    );
    await call("it");
    expect(responses()[0]).toMatchObject({ progress: { m: { a: "1" } } });
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

describe("[CALL19] a call whose id runs is not made", () => {
  const run = vi.fn(async (_: unknown, { sleep }: ToolContext) => (await sleep(10), 1));
  const it1 = tool({ name: "it", description: "", run });
  beforeEach(() => void run.mockClear());

  it.each([
    ["with other arguments", "it", { a: 2 }],
    ["of another function", "other", {}],
  ])("%s: the running call answers the id, once", async (_, name, args) => {
    const { call, answers } = running(it1);
    await call("it", { a: 1 }, { id: "c1" });
    await call(name, args, { id: "c1" });
    await vi.advanceTimersByTimeAsync(10);
    expect(run).toHaveBeenCalledTimes(1);
    expect(answers).toMatchObject([{ call: { ids: ["c1"] }, response: { result: 1 } }]);
    await call("it", { a: 2 }, { id: "c1" });
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("of a later session: it is answered with an error", async () => {
    const { call, answers } = running(it1);
    await call("it", { a: 1 }, { id: "c1" });
    await call("it", { a: 2 }, { id: "c1", run: "r2" });
    expect(run).toHaveBeenCalledTimes(1);
    expect(answers).toMatchObject([{ call: { run: "r2" }, response: { error: /id runs/ } }]);
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

describe("[RUN25] a call that waits for the check of the speech is answered when its turn is aborted", () => {
  it("and does not start", async () => {
    const { answers, runner } = running(hangs);
    const check = Promise.withResolvers<void>();
    const started = runner.hold([{ id: "c1", name: "hang" }], "r1", check.promise);
    expect(runner.abort(["c1"])).toBe(1);
    check.resolve();
    expect(await started).toEqual([]);
    expect(answers).toMatchObject([{ call: { ids: ["c1"] }, aborted: true }]);
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

describe("[CALL15] a tool tells the people something", () => {
  const telling = (tell: (context: ToolContext) => void) =>
    running(
      tool({
        name: "tell",
        description: "",
        run: (_, context) => {
          tell(context);
          return "told";
        },
      }),
    );

  it("apart from its result", async () => {
    const { call, messages, responses } = telling(({ tellPeople }) => tellPeople("One.", "Two."));
    await call("tell");
    expect(messages).toMatchObject([
      {
        author: "ada",
        branch: "tell@call_1",
        content: { role: "user", parts: [{ text: "One." }, { text: "Two." }] },
      },
    ]);
    expect(responses()).toEqual([{ id: "call_1", result: "told" }]);
  });

  it.each([
    ["nothing", [""], "the message is empty"],
    ["too much", ["x".repeat(512 * 1024 + 1)], "more than 524288"],
    ["audio", [{ mimeType: "audio/pcm", bytes: new Uint8Array(2) }], "audio would play"],
  ])("a message of %s throws", async (_, contents, reason) => {
    const { call, messages, responses } = telling(({ tellPeople }) => tellPeople(...contents));
    await call("tell");
    expect(messages).toEqual([]);
    expect(responses()).toEqual([{ id: "call_1", error: expect.stringContaining(reason) }]);
  });

  it("nothing after the end of its call", async () => {
    let late: (() => void) | undefined;
    const { call, messages } = telling(({ tellPeople }) => (late = () => tellPeople("Late.")));
    await call("tell");
    late?.();
    expect(messages).toEqual([]);
  });
});

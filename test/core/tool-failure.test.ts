import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { streamingTool, tool, ToolError, type CallableTool } from "../../src/agent/tool.ts";
import { untoldFailure } from "../../src/core/errors.ts";
import { runningWithHooks } from "./hooked-tool-harness.ts";
import { running } from "./tool-runner-harness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const secret = "postgres://root:hunter2@db.internal/shop";
const fail = (): never => {
  throw Object.assign(new Error(secret), { query: `SELECT '${secret}'` });
};
const named = { name: "it", description: "" };

const failing: [string, CallableTool, args?: Record<string, unknown>][] = [
  ["an exception", tool({ ...named, run: fail })],
  ["a rejection", tool({ ...named, run: async () => fail() })],
  [
    "a text that is thrown",
    tool({
      ...named,
      run: () => {
        throw secret;
      },
    }),
  ],
  ["an error as the cause of its own", tool({ ...named, run: () => thrownAgain() })],
  ["an error that is returned", tool({ ...named, run: () => new Error(secret) })],
  [
    "an error in data",
    tool({ ...named, run: () => Promise.allSettled([Promise.reject(new Error(secret))]) }),
  ],
  ["an error that writes itself as JSON", tool({ ...named, run: () => selfWritten() })],
  ["the same in data", tool({ ...named, run: () => ({ failed: [selfWritten()] }) })],
  ["an answer of several", tool({ ...named, run: () => new AggregateError([fail], secret) })],
  [
    "a result that cannot be read",
    tool({
      ...named,
      run: () => ({
        get a() {
          return fail();
        },
      }),
    }),
  ],
  ["a long-running tool", tool({ ...named, longRunning: true, run: async () => fail() })],
  [
    "a report of progress",
    tool({ ...named, run: (_, { progress }) => progress(new Error(secret)) }),
  ],
  [
    "the check of arguments",
    tool({ ...named, parameters: z.object({ a: z.string().refine(fail) }), run: () => 1 }),
    { a: "x" },
  ],
  [
    "a stream",
    streamingTool({
      ...named,
      async *run() {
        yield 1;
        fail();
      },
    }),
  ],
  [
    "a yield of a stream",
    streamingTool({
      ...named,
      async *run() {
        yield new Error(secret);
      },
    }),
  ],
  ["the decision whether to ask for approval", tool({ ...named, approval: fail, run: () => 1 })],
];

const selfWritten = () =>
  Object.assign(new Error(secret), { query: "SELECT 1", toJSON: () => ({ message: secret }) });

const thrownAgain = (): never => {
  throw new Error(`it failed: ${secret}`, { cause: new ToolError(secret) });
};

describe("[CALL17] Of an exception's message the model and the clients must receive that of a ToolError, and of no other", () => {
  for (const [hooks, start] of [
    ["without hooks", running],
    ["with hooks", (each: CallableTool) => runningWithHooks(each, { afterTool: () => undefined })],
  ] as const)
    it.each(failing)(`%s, ${hooks}`, async (_, failingTool, args) => {
      const print = vi.spyOn(console, "error").mockReturnValue();
      const { call, responses } = start(failingTool);
      await call("it", args);
      await vi.advanceTimersByTimeAsync(1000);
      expect(responses().length).toBeGreaterThan(0);
      expect(JSON.stringify(responses())).not.toMatch(/postgres|hunter2|SELECT/);
      for (const [line] of print.mock.calls) expect(String(line)).toContain("the tool it failed");
    });

  it("tells that it failed, and the operator why, in one short line without a client's token", async () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";
    const run = () => {
      throw new TypeError(`${secret}\n\u001b[31m${token}${"x".repeat(5000)}`);
    };
    const { call, responses } = running(tool({ ...named, run }));
    await call("it");
    expect(responses()).toEqual([{ id: "call_1", error: untoldFailure }]);
    const [line] = print.mock.calls.flat() as string[];
    expect(line).toContain(`TypeError: ${secret}\\n`);
    expect(line).not.toContain(token);
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(line?.length).toBeLessThan(600);
    expect(print).toHaveBeenCalledOnce();
  });

  it.each(['"', "\n", "\u202E", "\u{1F600}"])("%j makes the line no longer", async (character) => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const { call } = running(
      tool({
        ...named,
        run: () => {
          throw new Error(character.repeat(5000));
        },
      }),
    );
    await call("it");
    const [line] = print.mock.calls.flat() as string[];
    expect(line?.length).toBeLessThanOrEqual(600);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  it("a ToolError is told as it is, and not logged", async () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const run = () => {
      throw new ToolError("There is no order 17.");
    };
    const { call, responses } = running(tool({ ...named, run }));
    await call("it");
    expect(responses()).toEqual([{ id: "call_1", error: "There is no order 17." }]);
    expect(print).not.toHaveBeenCalled();
  });
});

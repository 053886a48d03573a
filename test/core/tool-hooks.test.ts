import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { tool, ToolError } from "../../src/agent/tool.ts";
import { runningWithHooks } from "./hooked-tool-harness.ts";
import { hangs, monitor } from "./tool-runner-harness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const run = vi.fn(({ n }: { n: number }) => n * 2);
const double = tool({ name: "double", description: "", parameters: z.object({ n: z.int() }), run });
const fails = tool({
  name: "fail",
  description: "",
  run: () => {
    throw new ToolError("no luck");
  },
});

const broken = () => {
  throw new Error("4111 1111 1111 1111");
};
const hanging = () => new Promise<never>(() => undefined);

describe("[HOOK1] an agent's hooks are functions with known names", () => {
  it("anything else is rejected where the agent is declared", () => {
    const declare = (hooks: object) => () => agent({ name: "ada", model: "m", hooks });
    expect(declare({ beforeTool: () => undefined, onEvent: undefined })).not.toThrow();
    expect(declare({ beforeTol: () => undefined })).toThrow(/"ada"[^]*hooks[^]*beforeTool/);
    expect(declare({ beforeTool: "no" })).toThrow(/hooks/);
  });
});

describe("[HOOK2] beforeTool may rewrite the arguments, or answer in place of the tool", () => {
  it("rewritten arguments are validated", async () => {
    const seen: unknown[] = [];
    const hooks: Hooks = {
      beforeTool: (call, { agent }) => {
        seen.push({ ...call, agent });
        return { args: { n: call.args["n"] === "two" ? 2 : "x" } };
      },
    };
    const { call, responses } = runningWithHooks(double, hooks);
    await call("double", { n: "two" });
    await call("double", { n: 3 });
    expect(responses()).toEqual([
      { id: "call_1", result: 4 },
      { id: "call_2", error: expect.stringContaining("Wrong arguments") },
    ]);
    expect(seen[0]).toEqual({ id: "call_1", name: "double", args: { n: "two" }, agent: "ada" });
  });

  it("the tool does not run if the hook answers", async () => {
    run.mockClear();
    const { call, responses } = runningWithHooks(double, {
      beforeTool: async () => ({ answer: "no" }),
    });
    await call("double", { n: 1 });
    expect(responses()).toEqual([{ id: "call_1", result: "no" }]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[HOOK3] afterTool may rewrite a result", () => {
  it("a hook that returns nothing leaves the result unchanged", async () => {
    const afterTool: Hooks["afterTool"] = (_, result) =>
      result === 4 ? { answer: { hidden: true } } : undefined;
    const { call, responses } = runningWithHooks(double, { afterTool });
    await call("double", { n: 2 });
    await call("double", { n: 3 });
    expect(responses()).toEqual([
      { id: "call_1", hidden: true },
      { id: "call_2", result: 6 },
    ]);
  });

  it("it applies to each value that a stream yields", async () => {
    const { call, responses } = runningWithHooks(monitor, {
      afterTool: (_, value) => ({ answer: { saw: value } }),
    });
    await call("monitor", { what: "x" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(responses().slice(1, 3)).toEqual([
      { id: "call_1", saw: { n: 1 } },
      { id: "call_1", saw: { n: 2 } },
    ]);
    expect(responses().at(-1)).toMatchObject({ status: "monitor has ended." });
  });
});

describe("[HOOK4] onToolError may answer in place of an error", () => {
  it.each([
    ["an exception", fails, "no luck", {}],
    ["a deadline", hangs, "did not answer within 1 seconds", {}],
    ["wrong arguments", double, "Wrong arguments", { n: "x" }],
  ])("%s", async (_, what, text, args) => {
    const onToolError: Hooks["onToolError"] = ({ name }, error) => ({
      answer: `${name}: ${error.message}`,
    });
    const { call, responses } = runningWithHooks(what, { onToolError });
    await call(what.name, args);
    await vi.advanceTimersByTimeAsync(1000);
    expect(responses()).toEqual([{ id: "call_1", result: expect.stringContaining(text) }]);
  });

  it("a hook that returns nothing leaves the error", async () => {
    const { call, responses } = runningWithHooks(fails, { onToolError: () => undefined });
    await call("fail");
    expect(responses()).toEqual([{ id: "call_1", error: "no luck" }]);
  });
});

describe("[HOOK5] A hook that throws or hangs (2 s) must not leave a tool call unanswered", () => {
  it.each([
    ["beforeTool", double, { error: expect.stringContaining("was not made") }],
    ["afterTool", double, { error: expect.stringContaining("is not told") }],
    ["onToolError", fails, { error: "no luck" }],
  ])("%s", async (name, what, expected) => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    for (const hook of [broken, hanging]) {
      run.mockClear();
      const { call, answers } = runningWithHooks(what, { [name]: hook });
      await call(what.name, { n: 1 });
      await vi.advanceTimersByTimeAsync(2000);
      expect(answers).toMatchObject([{ willContinue: false, response: expected }]);
      expect(run).toHaveBeenCalledTimes(name === "afterTool" ? 1 : 0);
    }
    expect(print.mock.calls.flat().join(" ")).toContain(name);
    expect(print.mock.calls.flat().join(" ")).not.toContain("4111");
  });
});

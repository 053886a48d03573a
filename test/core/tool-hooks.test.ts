import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { tool } from "../../src/agent/tool.ts";
import { guarding } from "./guardrail-harness.ts";
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
    throw new Error("no luck");
  },
});

const broken = () => {
  throw new Error("4111 1111 1111 1111");
};
const hanging = () => new Promise<never>(() => undefined);

describe("[HOOK1] an agent's hooks are functions with known names", () => {
  it("what is not is refused where the agent is declared", () => {
    const declare = (hooks: object) => () => agent({ name: "ada", model: "m", hooks });
    expect(declare({ beforeTool: () => undefined, onEvent: undefined })).not.toThrow();
    expect(declare({ beforeTol: () => undefined })).toThrow(/"ada"[^]*beforeTool[^]*hooks/);
    expect(declare({ beforeTool: "no" })).toThrow(/hooks/);
  });
});

describe("[HOOK2] before a tool its arguments may be rewritten, or answered in its place", () => {
  it("what is rewritten is checked like any arguments", async () => {
    const seen: unknown[] = [];
    const hooks: Hooks = {
      beforeTool: (call, { agent }) => {
        seen.push({ ...call, agent });
        return { args: { n: call.args["n"] === "two" ? 2 : "x" } };
      },
    };
    const { call, responses } = guarding(double, hooks);
    await call("double", { n: "two" });
    await call("double", { n: 3 });
    expect(responses()).toEqual([
      { id: "call_1", result: 4 },
      { id: "call_2", error: expect.stringContaining("Wrong arguments") },
    ]);
    expect(seen[0]).toEqual({ id: "call_1", name: "double", args: { n: "two" }, agent: "ada" });
  });

  it("an answer in its place: the tool does not run", async () => {
    run.mockClear();
    const { call, responses } = guarding(double, { beforeTool: async () => ({ answer: "no" }) });
    await call("double", { n: 1 });
    expect(responses()).toEqual([{ id: "call_1", result: "no" }]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[HOOK3] after a tool its result may be rewritten", () => {
  it("or left as it is", async () => {
    const afterTool: Hooks["afterTool"] = (_, result) =>
      result === 4 ? { answer: { hidden: true } } : undefined;
    const { call, responses } = guarding(double, { afterTool });
    await call("double", { n: 2 });
    await call("double", { n: 3 });
    expect(responses()).toEqual([
      { id: "call_1", hidden: true },
      { id: "call_2", result: 6 },
    ]);
  });

  it("so may each thing that a stream yields", async () => {
    const { call, responses } = guarding(monitor, {
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

describe("[HOOK4] an error of a tool may be answered otherwise", () => {
  it.each([
    ["a throw", fails, "no luck", {}],
    ["a deadline", hangs, "did not answer within 1 seconds", {}],
    ["wrong arguments", double, "Wrong arguments", { n: "x" }],
  ])("%s", async (_, what, words, args) => {
    const onToolError: Hooks["onToolError"] = ({ name }, error) => ({
      answer: `${name}: ${error.message}`,
    });
    const { call, responses } = guarding(what, { onToolError });
    await call(what.name, args);
    await vi.advanceTimersByTimeAsync(1000);
    expect(responses()).toEqual([{ id: "call_1", result: expect.stringContaining(words) }]);
  });

  it("or not", async () => {
    const { call, responses } = guarding(fails, { onToolError: () => undefined });
    await call("fail");
    expect(responses()).toEqual([{ id: "call_1", error: "no luck" }]);
  });
});

describe("[HOOK5] a hook that throws or hangs leaves no call unanswered", () => {
  it.each([
    ["beforeTool", double, { error: expect.stringContaining("was not made") }],
    ["afterTool", double, { error: expect.stringContaining("is not told") }],
    ["onToolError", fails, { error: "no luck" }],
  ])("%s", async (name, what, expected) => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    for (const hook of [broken, hanging]) {
      run.mockClear();
      const { call, answers } = guarding(what, { [name]: hook });
      await call(what.name, { n: 1 });
      await vi.advanceTimersByTimeAsync(2000);
      expect(answers).toMatchObject([{ willContinue: false, response: expected }]);
      expect(run).toHaveBeenCalledTimes(name === "afterTool" ? 1 : 0);
    }
    expect(print.mock.calls.flat().join(" ")).toContain(name);
    expect(print.mock.calls.flat().join(" ")).not.toContain("4111");
  });
});

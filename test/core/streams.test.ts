import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { callableToolsOf } from "../../src/agent/runtime/stop-streaming.ts";
import { streamingTool, ToolError, watchingTool, type Tool } from "../../src/agent/tool.ts";
import { hangs, monitor, running } from "./tool-runner-harness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("[CALL7] a stream answers with each yield, and reports its end or failure", () => {
  it("pending, each yield, end", async () => {
    const { call, answers } = running(monitor);
    await call("monitor", { what: "x" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(answers.map(({ response }) => response)).toEqual([
      { status: expect.stringContaining("results are pending") },
      { n: 1 },
      { n: 2 },
      { n: 3 },
      { status: "monitor has ended." },
    ]);
    expect(answers.map(({ willContinue }) => willContinue)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("a failure is reported, and other calls go on", async () => {
    const broken = streamingTool({
      name: "broken",
      description: "",
      // eslint-disable-next-line require-yield
      async *run() {
        throw new ToolError("the feed is down");
      },
    });
    const { call, responses, runner } = running(broken, monitor);
    await call("monitor", { what: "x" });
    await call("broken");
    expect(responses().at(-1)).toEqual({ id: "call_2", error: "the feed is down" });
    expect(runner.runningCount).toBe(1);
  });

  it("one instance for a name and its arguments, another for other arguments", async () => {
    const { call, responses, runner } = running(monitor);
    await call("monitor", { what: "x" });
    await call("monitor", { what: "x" });
    await call("monitor", { what: "y" });
    expect(responses()[1]).toEqual({
      id: "call_2",
      status: expect.stringContaining("running already"),
    });
    expect(runner.runningCount).toBe(2);
  });
});

describe("[CALL8] stop_streaming ends a stream, with ADK's statuses", () => {
  it("a stopped stream sends no more responses", async () => {
    const { call, responses, runner } = running(monitor);
    await call("monitor", { what: "x" });
    await vi.advanceTimersByTimeAsync(1000);
    await call("stop_streaming", { function_name: "monitor" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(responses().slice(2)).toEqual([
      { id: "call_1", status: "stopped" },
      { id: "call_2", status: "Successfully stopped streaming function monitor" },
    ]);
    expect(runner.runningCount).toBe(0);
    await call("stop_streaming", { function_name: "monitor" });
    expect(responses().at(-1)).toEqual({
      id: "call_3",
      status: "No active streaming function named monitor found",
    });
  });

  it("it is declared only for agents with streams", () => {
    const names = (...tools: Tool[]) =>
      callableToolsOf(agent({ name: "a", model: "m", tools })).map(({ name }) => name);
    expect(names(hangs)).toEqual(["hang"]);
    expect(names(monitor)).toEqual(["monitor", "stop_streaming"]);
  });
});

describe("[CALL9] a watching tool receives the kinds it asked for, in a bounded queue that drops the oldest", () => {
  it("input before the call is not delivered", async () => {
    const seen: unknown[] = [];
    const watch = watchingTool({
      name: "watch",
      description: "",
      watches: ["image"],
      async *run(_, { input, sleep }) {
        for await (const each of input) {
          seen.push(each.type === "image" ? each.data : each.type);
          await sleep(100);
          yield each.type;
        }
      },
    });
    const { call, runner } = running(watch);
    const image = (data: string) => ({ type: "image", mimeType: "image/jpeg", data }) as const;
    runner.offerToWatchers(image("before"));
    await call("watch");
    for (const data of ["1", "2", "3"]) runner.offerToWatchers(image(data));
    runner.offerToWatchers({ type: "text", text: "not asked for" });
    await vi.advanceTimersByTimeAsync(1000);
    runner.offerToWatchers(image("4"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual(["3", "4"]);
    runner.stop();
  });
});

describe("[CALL11] a stopped stream may be started again, with an input stream of its own", () => {
  const image = (data: string) => ({ type: "image", mimeType: "image/jpeg", data }) as const;

  it("input is delivered once, and none from before the call", async () => {
    const seen: string[] = [];
    let watchers = 0;
    const watch = watchingTool({
      name: "watch",
      description: "",
      watches: ["image"],
      async *run(_, { input }) {
        const name = `w${++watchers}`;
        for await (const each of input) {
          if (each.type === "image") seen.push(`${name} ${each.data}`);
          yield each.type;
        }
      },
    });
    const { call, runner } = running(watch);
    await call("watch");
    runner.offerToWatchers(image("1"));
    await vi.advanceTimersByTimeAsync(10);
    await call("stop_streaming", { function_name: "watch" });
    runner.offerToWatchers(image("2"));
    await call("watch");
    runner.offerToWatchers(image("3"));
    await vi.advanceTimersByTimeAsync(10);
    expect(seen).toEqual(["w1 1", "w2 3"]);
    runner.stop();
  });

  it("two streams run independently", async () => {
    const watch = watchingTool({
      name: "watch",
      description: "",
      watches: ["text"],
      async *run(_, { input }) {
        for await (const each of input) yield each.type;
      },
    });
    const { call, runner, responses } = running(monitor, watch);
    await call("monitor", { what: "x" });
    await call("watch");
    runner.offerToWatchers({ type: "text", text: "hello" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(responses().slice(2)).toEqual([
      { id: "call_2", result: "text" },
      { id: "call_1", n: 1 },
    ]);
    runner.stop();
  });
});

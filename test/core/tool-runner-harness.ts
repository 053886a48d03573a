/** A tool runner for tests, and two tools that several tests use. The tests fake timers. */
import { vi } from "vitest";
import * as z from "zod";
import { agent } from "../../src/agent/agent.ts";
import { toolArtifacts } from "../../src/agent/runtime/tool-artifacts.ts";
import { toolMessageEvent } from "../../src/agent/runtime/tool-results.ts";
import { ToolRunner, type ToolCallResponse } from "../../src/agent/runtime/tool-runner.ts";
import { callableToolsOf } from "../../src/agent/runtime/stop-streaming.ts";
import { streamingTool, tool, type Tool } from "../../src/agent/tool.ts";
import type { EventBody } from "../../src/wire/adk.ts";

/** A runner for some tools, and a record of its responses. */
export function running(...tools: Tool[]) {
  const callables = callableToolsOf(agent({ name: "ada", model: "m", tools }));
  const answers: ToolCallResponse[] = [];
  const files = { save: () => ({ version: 0 }), load: () => undefined, names: () => [] };
  const messages: EventBody[] = [];
  const state = new Map<string, unknown>();
  const runner = new ToolRunner({
    respond: (answer) => void answers.push(answer),
    transfer: () => undefined,
    artifacts: toolArtifacts({ filesFor: () => files, publish: () => undefined }, "ada"),
    tellPeople: (call, contents) => void messages.push(toolMessageEvent("ada", call, contents)),
    state: { get: (key) => state.get(key), set: (key, value) => void state.set(key, value) },
    env: {},
    callControl: { call: undefined },
  });
  let id = 0;
  return {
    runner,
    answers,
    messages,
    responses: () => answers.map(({ call, response }) => ({ id: call.ids[0], ...response })),
    call: (
      name: string,
      args: Record<string, unknown> = {},
      { id: given, ...more }: { id?: string; turn?: number; run?: string } = {},
    ) => {
      const wanted = { id: given ?? `call_${++id}`, name, args };
      runner.startCalls([wanted], callables, "ada", { turn: 1, run: "r1", maxCalls: 5, ...more });
      return vi.advanceTimersByTimeAsync(0);
    },
  };
}

/** Does not answer before it is aborted. */
export const hangs = tool({
  name: "hang",
  description: "",
  deadlineMs: 1000,
  run: (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    ),
});

/** Yields 1, 2 and 3, a second apart. */
export const monitor = streamingTool({
  name: "monitor",
  description: "",
  parameters: z.object({ what: z.string() }),
  async *run(_, { sleep }) {
    for (let n = 1; n <= 3; n++) {
      await sleep(1000);
      yield { n };
    }
  },
});

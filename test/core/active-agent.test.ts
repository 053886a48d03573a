import { describe, expect, it, vi } from "vitest";
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import { streamingTool, tool } from "../../src/agent/tool.ts";
import { ActiveAgent } from "../../src/agent/runtime/active-agent.ts";
import type { UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import type { EventBody } from "../../src/wire/adk.ts";

const model = "gemini-3.8-live";
const preferences = { proactivity: false, affectiveDialog: false };

/** An active agent whose session is always open, and a record of its events, messages and texts. */
function activeAgentOf(root: Agent) {
  const stored: { name?: string } = {};
  const events: EventBody[] = [];
  const messages: UpstreamMessage[] = [];
  const texts: string[] = [];
  const changes: string[] = [];
  const active = new ActiveAgent(root, preferences, {
    state: { get: () => undefined, set: () => undefined },
    env: {},
    approvals: new Approvals(() => undefined),
    callControl: { call: undefined },
    publish: (body) => void events.push(body),
    sendToModel: (message) => void messages.push(message),
    sendText: (text) => void texts.push(text),
    // Each agent has a Live API session of its own.
    invocationId: () => `r${changes.length}`,
    surface: () => "AI Studio" as const,
    contentTurn: () => 1,
    storedAgentName: () => stored.name,
    storeAgentName: (name) => (stored.name = name),
    agentChanged: (from, to) => void changes.push(`${from.agent.name} → ${to.agent.name}`),
  });
  let id = 0;
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<void> => {
    active.runtime.handleToolCalls(
      { toolCall: { functionCalls: [{ id: `c${++id}`, name, args }] } },
      1,
    );
    await vi.waitFor(() => expect(JSON.stringify(events)).toContain(`"c${id}"`));
  };
  return { active, events, messages, texts, changes, call };
}

describe("[CAST2] the steps of a sequence become active in order, by `task_completed`", () => {
  const greet = agent({ name: "greet", model });
  const order = agent({ name: "order", model });

  it("the last step stays active, and its model receives a message that all tasks are completed", async () => {
    const { active, messages, changes, call } = activeAgentOf(
      sequence({ name: "visit", agents: [greet, order] }),
    );
    expect(active.runtime.agent.name).toBe("greet");
    expect(JSON.stringify(active.runtime.buildSetup())).toContain("task_completed");
    await call("task_completed");
    expect(active.runtime.agent.name).toBe("order");
    await call("task_completed");
    expect(changes).toEqual(["greet → order"]);
    expect(JSON.stringify(messages)).toContain("Every task is completed");
  });

  it("after the last step the parent of the sequence becomes active", async () => {
    const visit = sequence({ name: "visit", agents: [greet, order] });
    const { changes, call } = activeAgentOf(agent({ name: "root", model, subAgents: [visit] }));
    await call("transfer_to_agent", { agent_name: "visit" });
    await call("task_completed");
    await call("task_completed");
    expect(changes).toEqual(["root → greet", "greet → order", "order → root"]);
  });
});

describe("[MOVE5] a call that is running at a transfer is answered as text to the agent that is active by then", () => {
  it("a stream ends with the agent that started it", async () => {
    const slow = Promise.withResolvers<string>();
    const ended = Promise.withResolvers<string>();
    const clerk = agent({
      name: "clerk",
      model,
      subAgents: [agent({ name: "boss", model })],
      tools: [
        tool({ name: "look_up", description: "", run: () => slow.promise }),
        streamingTool({
          name: "watch",
          description: "",
          async *run(_, { signal }) {
            signal.addEventListener("abort", () => ended.resolve(String(signal.reason)));
            yield 1;
            await ended.promise;
          },
        }),
      ],
    });
    const { active, events, texts, call } = activeAgentOf(clerk);
    active.runtime.handleToolCalls(
      { toolCall: { functionCalls: [{ id: "x", name: "look_up" }] } },
      1,
    );
    await call("watch");
    await call("transfer_to_agent", { agent_name: "boss" });
    expect(await ended.promise).toContain("Another agent took over.");
    slow.resolve("found");
    await vi.waitFor(() => expect(texts).toHaveLength(1));
    expect(texts[0]).toContain("look_up reports");
    expect(events.at(-1)).toMatchObject({ author: "clerk" });
  });
});

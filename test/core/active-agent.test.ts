import { describe, expect, it, vi } from "vitest";
import { Approvals } from "../../src/agent/approvals.ts";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import { streamingTool, tool } from "../../src/agent/tool.ts";
import { ActiveAgent } from "../../src/agent/active-agent.ts";
import type { UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import type { EventBody } from "../../src/wire/adk.ts";

const model = "gemini-3.8-live";
const wishes = { proactivity: false, affectiveDialog: false };

/** A stage whose line is always live, and what was told, said and mentioned. */
function staged(root: Agent) {
  const kept: { lead?: string } = {};
  const told: EventBody[] = [];
  const said: UpstreamMessage[] = [];
  const mentioned: string[] = [];
  const changes: string[] = [];
  const stage = new ActiveAgent(root, wishes, {
    state: { get: () => undefined, set: () => undefined },
    env: {},
    approvals: new Approvals(() => undefined),
    publish: (body) => void told.push(body),
    sendToModel: (saying) => void said.push(saying),
    sendText: (text) => void mentioned.push(text),
    // Each agent has a session of its own.
    invocationId: () => `r${changes.length}`,
    surface: () => "AI Studio" as const,
    turn: () => 1,
    storedAgentName: () => kept.lead,
    storeAgentName: (name) => (kept.lead = name),
    agentChanged: (from, to) => void changes.push(`${from.agent.name} → ${to.agent.name}`),
  });
  let id = 0;
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<void> => {
    stage.runtime.handleToolCalls(
      { toolCall: { functionCalls: [{ id: `c${++id}`, name, args }] } },
      1,
    );
    await vi.waitFor(() => expect(JSON.stringify(told)).toContain(`"c${id}"`));
  };
  return { stage, told, said, mentioned, changes, call };
}

describe("[CAST2] the steps of a sequence lead one after the other, by `task_completed`", () => {
  const greet = agent({ name: "greet", model });
  const order = agent({ name: "order", model });

  it("from the first to the last, who then stays and says so", async () => {
    const { stage, said, changes, call } = staged(
      sequence({ name: "visit", agents: [greet, order] }),
    );
    expect(stage.runtime.agent.name).toBe("greet");
    expect(JSON.stringify(stage.runtime.buildSetup())).toContain("task_completed");
    await call("task_completed");
    expect(stage.runtime.agent.name).toBe("order");
    await call("task_completed");
    expect(changes).toEqual(["greet → order"]);
    expect(JSON.stringify(said)).toContain("Every task is completed");
  });

  it("or gives the lead to whoever is above the sequence", async () => {
    const visit = sequence({ name: "visit", agents: [greet, order] });
    const { changes, call } = staged(agent({ name: "root", model, subAgents: [visit] }));
    await call("transfer_to_agent", { agent_name: "visit" });
    await call("task_completed");
    await call("task_completed");
    expect(changes).toEqual(["root → greet", "greet → order", "order → root"]);
  });
});

describe("[MOVE5] a call still under way at a transfer is answered in words to whoever leads then", () => {
  it("and a stream ends with the agent that started it", async () => {
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
    const { stage, told, mentioned, call } = staged(clerk);
    stage.runtime.handleToolCalls(
      { toolCall: { functionCalls: [{ id: "x", name: "look_up" }] } },
      1,
    );
    await call("watch");
    await call("transfer_to_agent", { agent_name: "boss" });
    expect(await ended.promise).toContain("Another agent took over.");
    slow.resolve("found");
    await vi.waitFor(() => expect(mentioned).toHaveLength(1));
    expect(mentioned[0]).toContain("look_up reports");
    expect(told.at(-1)).toMatchObject({ author: "clerk" });
  });
});

import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import { streamingTool, tool } from "../../src/agent/tool.ts";
import { ActiveAgent, type ActiveAgentHost } from "../../src/agent/runtime/active-agent.ts";
import type { UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import { VirtualClock } from "../support/scripted.ts";
import { eventually } from "../support/eventually.ts";

const model = "gemini-3.8-live";
const preferences = { proactivity: false, affectiveDialog: false };

const calling = (id: string, name: string) => ({
  toolCall: { functionCalls: [{ id, name, args: {} }] },
});

/** An active agent whose session is always open, and a record of its events, messages and texts. */
function activeAgentOf(root: Agent, last?: string, afterPause = false) {
  const stored: { name?: string | undefined } = { name: last };
  const events: EventBody[] = [];
  const messages: UpstreamMessage[] = [];
  const texts: string[] = [];
  const changes: string[] = [];
  const host: ActiveAgentHost = {
    state: { get: () => undefined, set: () => undefined },
    env: {},
    endSession: () => undefined,
    filesFor: () => ({ save: () => ({ version: 0 }), load: () => undefined, names: () => [] }),
    approvals: new Approvals(new VirtualClock(), () => undefined),
    callControl: { call: undefined },
    publish: (body) => void events.push(body),
    sendToModel: (message) => void messages.push(message),
    sendText: (text) => void texts.push(text),
    // Each agent has a Live API session of its own.
    invocationId: () => `r${changes.length}`,
    surface: () => "AI Studio" as const,
    upstreamModel: (model: string) => model,
    contentTurn: () => 1,
    storedAgentName: () => stored.name,
    storeAgentName: (name) => (stored.name = name),
    agentChanged: (from, to) => void changes.push(`${from.agent.name} → ${to.agent.name}`),
  };
  const active = new ActiveAgent(root, preferences, host, afterPause);
  let id = 0;
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<void> => {
    active.runtime.handleToolCalls(
      { toolCall: { functionCalls: [{ id: `c${++id}`, name, args }] } },
      1,
    );
    await eventually(() => expect(JSON.stringify(events)).toContain(`"c${id}"`));
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

describe("[RUN25] an aborted turn ends the calls of earlier agents too", () => {
  it("each is sealed once, and no later session is told of it", async () => {
    const slow = tool({ name: "slow", description: "Slow.", run: () => new Promise(() => {}) });
    const visitor = agent({ name: "visitor", model });
    const root = agent({ name: "root", model, tools: [slow], subAgents: [visitor] });
    const { active, events, messages, texts, call } = activeAgentOf(root);
    active.runtime.handleToolCalls(calling("s1", "slow"), 1);
    await call("transfer_to_agent", { agent_name: "visitor" });
    expect(active.abortCalls(["s1"])).toBe(1);
    expect(active.abortCalls(["s1"])).toBe(0);
    expect(events.at(-1)).toMatchObject({ author: "root", errorCode: "INVOCATION_ABORTED" });
    expect(texts).toEqual([]);
    const alone = activeAgentOf(root);
    alone.active.runtime.handleToolCalls(calling("s2", "slow"), 1);
    expect(alone.active.abortCalls(["s2"])).toBe(1);
    // Only text is sent again to a session that missed it.
    expect(alone.messages).toMatchObject([{ kind: "signal" }]);
    expect(messages).toEqual([]);
  });
});

describe("[LIVE32] an agent may be defined anew while its calls run", () => {
  const visitor = agent({ name: "visitor", model });
  const gate = Promise.withResolvers<undefined>();
  const move = tool({
    name: "move",
    description: "Transfers later.",
    run: async (_, { transferTo }) => {
      await gate.promise;
      transferTo("visitor");
    },
  });
  const root = agent({ name: "root", model, tools: [move], subAgents: [visitor] });

  it("a call from before transfers the conversation to an agent of the new definitions", async () => {
    const { active, changes } = activeAgentOf(root);
    active.runtime.handleToolCalls(calling("m1", "move"), 1);
    const next = active.redefined(agent({ name: "root", model, subAgents: [visitor] }));
    gate.resolve(undefined);
    await eventually(() => expect(changes).toEqual(["root → visitor"]));
    expect(next.runtime.agent.name).toBe("visitor");
  });
});

describe("[MOVE6] a transfer may have a reason", () => {
  const visitor = agent({ name: "visitor", model });
  const transferWith = async (includeTransferReason: boolean, args: Record<string, unknown>) => {
    const root = agent({ name: "root", model, subAgents: [visitor], includeTransferReason });
    const { active, events, call } = activeAgentOf(root);
    const setup = JSON.stringify(active.runtime.buildSetup());
    await call("transfer_to_agent", { agent_name: "visitor", ...args });
    const { actions } = events.find((event) => event.actions?.transferToAgent) ?? {};
    return { setup, actions, next: JSON.stringify(active.runtime.buildSetup()) };
  };

  it("of the model, where its author lets it give one", async () => {
    const { setup, actions, next } = await transferWith(true, {
      transfer_reason: ' He said "hi". ',
    });
    expect(setup).toContain("transfer_reason");
    expect(actions).toMatchObject({ transferToAgent: "visitor", transferReason: 'He said "hi".' });
    expect(next).toContain("root transferred this conversation to you");
    expect(next).toContain(String.raw`\"He said \\\"hi\\\".\"`);
  });

  it("nothing is published or told without one, nor where the model may not give one", async () => {
    for (const [may, args] of [
      [true, {}],
      [true, { transfer_reason: "  " }],
      [false, { transfer_reason: "because" }],
    ] as const) {
      const { actions, next } = await transferWith(may, args);
      expect(actions).not.toHaveProperty("transferReason");
      expect(next).not.toContain("transferred this conversation");
    }
    expect((await transferWith(false, {})).setup).not.toContain("transfer_reason");
  });

  it("of an author's tool, cut to 500 characters", async () => {
    const leave = tool({
      name: "leave",
      description: "",
      run: (_, { transferTo }) => transferTo("visitor", { reason: "x".repeat(600) }),
    });
    const { events, call } = activeAgentOf(
      agent({ name: "root", model, subAgents: [visitor], tools: [leave] }),
    );
    await call("leave");
    expect(events.at(-1)?.actions?.transferReason).toHaveLength(500);
  });
});

describe("[MOVE7] after a pause the root takes the place of an agent that may not transfer to its parent", () => {
  const leaf = agent({ name: "leaf", model });
  const shy = agent({ name: "shy", model, disallowTransferToParent: true, subAgents: [leaf] });
  const step = agent({ name: "step", model, disallowTransferToParent: true });
  const open = agent({ name: "open", model });
  const root = agent({
    name: "root",
    model,
    subAgents: [shy, open, sequence({ name: "steps", agents: [step] })],
  });

  it.each([
    ["shy", "root"],
    ["leaf", "root"],
    ["open", "open"],
  ])("%s: %s", (last, next) => {
    expect(activeAgentOf(root, last, true).active.runtime.agent.name).toBe(next);
    expect(activeAgentOf(root, last, false).active.runtime.agent.name).toBe(last);
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
    await eventually(() => expect(texts).toHaveLength(1));
    expect(texts[0]).toContain("look_up reports");
    expect(events.at(-1)).toMatchObject({ author: "clerk" });
  });
});

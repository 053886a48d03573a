import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/agent/approvals.ts";
import { agent, type AgentDefinition } from "../../src/agent/agent.ts";
import { buildAgentTree } from "../../src/agent/agent-tree.ts";
import { parked } from "../../src/core/upstream/fsm-types.ts";
import { AgentRuntime } from "../../src/agent/agent-runtime.ts";
import { clientJoined, play } from "./upstream-script.ts";

const session = (definition: Partial<AgentDefinition>) => {
  const ada = agent({ name: "ada", model: "gemini-3.8-live", ...definition });
  return new AgentRuntime(
    ada,
    buildAgentTree(ada),
    { proactivity: false, affectiveDialog: false },
    {
      state: { get: () => undefined, set: () => undefined },
      env: {},
      approvals: new Approvals(() => undefined),
      publish: () => undefined,
      sendToModel: () => undefined,
      sendText: () => undefined,
      mayTransfer: () => true,
      transfer: () => undefined,
      invocationId: () => "",
      surface: () => "AI Studio",
    },
  );
};

describe("[SESSION1] an agent that greets is nudged in the way its model needs", () => {
  it("by a turn of text, or by realtime text; without a greeting it waits", () => {
    const nudge = (model: string) =>
      session({ model, greeting: "Say hello." }).encodeGreeting()?.payload;
    expect(nudge("gemini-3.8-live")).toEqual({
      clientContent: {
        turns: [{ role: "user", parts: [{ text: "Say hello." }] }],
        turnComplete: true,
      },
    });
    expect(nudge("gemini-3.1-flash-live-preview")).toEqual({
      realtimeInput: { text: "Say hello." },
    });
    expect(session({}).encodeGreeting()).toBeUndefined();
  });
});

describe("[SESSION2] when a model is unknown to the service, the next of the agent's list is tried", () => {
  it("until there is none", () => {
    const ada = session({ model: ["gemini-9-live", "gemini-3.8-live"] });
    expect(ada.buildSetup().setup.model).toBe("models/gemini-9-live");
    expect(ada.useFallbackModel()).toBe(true);
    expect(ada.buildSetup().setup.model).toBe("models/gemini-3.8-live");
    expect(ada.useFallbackModel()).toBe(false);
  });

  it("at no cost of a redial", () => {
    const reason = "1008 models/x is not found for API version v1beta";
    const connecting = play(parked, [0, clientJoined]);
    const { upstream, effects } = play(connecting, [
      1,
      { type: "socketClosed", reason, fallback: true },
    ]);
    expect(upstream).toMatchObject({ state: "connecting", failures: { retries: 0 } });
    expect(effects).toEqual([{ type: "connect" }]);
  });
});

import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { agent, type AgentDefinition } from "../../src/agent/agent.ts";
import { buildAgentTree } from "../../src/agent/runtime/agent-tree.ts";
import { parked } from "../../src/core/upstream/fsm-types.ts";
import { AgentRuntime } from "../../src/agent/runtime/agent-runtime.ts";
import { VirtualClock } from "../support/scripted.ts";
import { clientJoined, play } from "./upstream-script.ts";

const runtimeOf = (definition: Partial<AgentDefinition>) => {
  const ada = agent({ name: "ada", model: "gemini-3.8-live", ...definition });
  return new AgentRuntime(
    ada,
    buildAgentTree(ada),
    { proactivity: false, affectiveDialog: false },
    {
      state: { get: () => undefined, set: () => undefined },
      env: {},
      endSession: () => undefined,
      mayCall: () => true,
      filesFor: () => ({ save: () => ({ version: 0 }), load: () => undefined, names: () => [] }),
      approvals: new Approvals(new VirtualClock(), () => undefined),
      callControl: { call: undefined },
      publish: () => undefined,
      sendToModel: () => undefined,
      sendText: () => undefined,
      mayTransfer: () => true,
      transfer: () => undefined,
      invocationId: () => "",
      surface: () => "AI Studio",
      upstreamModel: (model: string) => model,
    },
  );
};

describe("[SESSION1] the greeting is requested in the form that the model needs", () => {
  it("as a text turn or as realtime text; nothing is sent without a greeting", () => {
    const nudge = (model: string) =>
      runtimeOf({ model, greeting: "Say hello." }).encodeGreeting()?.payload;
    expect(nudge("gemini-3.8-live")).toEqual({
      clientContent: {
        turns: [{ role: "user", parts: [{ text: "Say hello." }] }],
        turnComplete: true,
      },
    });
    expect(nudge("gemini-3.1-flash-live-preview")).toEqual({
      realtimeInput: { text: "Say hello." },
    });
    expect(runtimeOf({}).encodeGreeting()).toBeUndefined();
  });
});

describe("[SESSION2] if the service does not know a model, the agent falls back to the next of its list", () => {
  it("the fallback ends with the list", () => {
    const ada = runtimeOf({ model: ["gemini-9-live", "gemini-3.8-live"] });
    expect(ada.buildSetup().setup.model).toBe("models/gemini-9-live");
    expect(ada.useFallbackModel()).toBe(true);
    expect(ada.buildSetup().setup.model).toBe("models/gemini-3.8-live");
    expect(ada.useFallbackModel()).toBe(false);
  });

  it("a fallback does not count as a retry", () => {
    const reason = "1008 models/x is not found for API version v1beta";
    const connecting = play(parked, [0, clientJoined]);
    const { upstream, effects } = play(connecting, [
      1,
      { type: "socketClosed", reason, changed: "model" },
    ]);
    expect(upstream).toMatchObject({ state: "connecting", failures: { retries: 0 } });
    expect(effects).toEqual([{ type: "connect" }]);
  });
});

describe("[WIRE4] a setup has no half of a surrogate pair", () => {
  it("in an instruction", () => {
    const half = "😀".slice(1);
    expect(runtimeOf({ instruction: `Say ${half}.` }).buildSetup().setup).toMatchObject({
      systemInstruction: { parts: [{ text: "Say \uFFFD." }] },
    });
  });
});

describe("[MEMORY6] an agent without contents gets no history", () => {
  const content = (role: "user" | "model", text: string) => ({ role, parts: [{ text }] });
  const history = {
    turns: [content("user", "Hi."), content("model", "Hello.")],
    unansweredText: "And now?",
  };
  const told = (definition: Partial<AgentDefinition>): string => {
    const ada = runtimeOf(definition);
    const seed = ada.seedMessages(history, {
      resumed: false,
      unanswered: true,
      stalledAt: undefined,
    });
    return JSON.stringify([ada.buildSetup(history), seed]);
  };

  it.each(["gemini-3.8-live", "gemini-2.5-flash-native-audio-latest"])("%s", (model) => {
    expect(told({ model })).toContain("Hello.");
    const without = told({ model, includeContents: "none" });
    expect(without).not.toContain("Hello.");
    expect(without).not.toContain("historyConfig");
    expect(without).toContain("And now?");
  });
});

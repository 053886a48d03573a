import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Approvals } from "../../src/agent/runtime/approvals.ts";
import { buildAgentTree } from "../../src/agent/runtime/agent-tree.ts";
import { stocks } from "../../src/agents/stocks.ts";
import { AgentRuntime } from "../../src/agent/runtime/agent-runtime.ts";
import { rulesBrain } from "../../src/emulator/core/brain/rules.ts";
import { openEmulator } from "../../src/emulator/core/emulator.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts, VirtualClock } from "../support/scripted.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

interface Received {
  /** In ms since the start. */
  readonly at: number;
  readonly message: ServerMessage;
}

/** The stocks agent against the emulator's rules, in simulated time. */
function watching() {
  const ports = { ...scriptedPorts(), brain: rulesBrain({ zone: "UTC" }) };
  const received: Received[] = [];
  const startedAt = ports.clock.now();
  const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
  const request = { path, query: new Map([["key", "local"]]), headers: new Map<string, string>() };
  const connection = openEmulator(ports).connect(request, {
    send: (frame) => {
      const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
      const message = JSON.parse(text) as ServerMessage;
      received.push({ at: ports.clock.now() - startedAt, message });
      runtime.handleToolCalls(message, 1);
    },
    close: () => undefined,
    reset: () => undefined,
  });
  const send = (message: object): void => connection?.receive(JSON.stringify(message));
  const runtime = new AgentRuntime(
    stocks,
    buildAgentTree(stocks),
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
      sendToModel: ({ payload }) => send(payload),
      sendText: () => undefined,
      mayTransfer: () => false,
      transfer: () => undefined,
      invocationId: () => "r1",
      surface: () => "AI Studio",
      upstreamModel: (model: string) => model,
    },
  );
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      await vi.advanceTimersByTimeAsync(100);
      await ports.clock.advance(100);
    }
  };
  return {
    pass,
    start: async () => {
      send(runtime.buildSetup());
      await pass(500);
    },
    type: (text: string) => send(runtime.encodeInput({ type: "text", text }).payload),
    stop: () => runtime.stop(),
    words: () =>
      received
        .map(({ message }) => message.serverContent?.outputTranscription?.text ?? "")
        .join(""),
    calls: () => received.flatMap(({ message }) => message.toolCall?.functionCalls ?? []),
    sound: () => received.filter(({ message }) => message.serverContent?.modelTurn).length,
  };
}

describe("[AGENTS5] stocks: prices are reported unasked, and not after the stop", () => {
  it("after two prices the stop ends the reports", async () => {
    const conversation = watching();
    await conversation.start();
    conversation.type("Monitor the stock price of ACME.");
    await conversation.pass(15_000);
    expect(conversation.words()).toContain("300");
    expect(conversation.words()).toContain("400");
    conversation.type("Stop monitoring.");
    await conversation.pass(8_000);
    expect(conversation.calls().at(-1)).toMatchObject({
      name: "stop_streaming",
      args: { function_name: "monitor_stock_price" },
    });
    const sound = conversation.sound();
    await conversation.pass(60_000);
    expect(conversation.sound()).toBe(sound);
    expect(conversation.words()).not.toMatch(/900|500/);
  });

  it("without a stop all prices are reported", async () => {
    const conversation = watching();
    await conversation.start();
    conversation.type("Monitor the stock price of ACME.");
    await conversation.pass(60_000);
    expect(conversation.words()).toMatch(/300.*400.*900.*500/s);
    conversation.stop();
  });
});

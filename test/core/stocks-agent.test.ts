import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Approvals } from "../../src/agent/approvals.ts";
import { buildAgentTree } from "../../src/agent/agent-tree.ts";
import { stocks } from "../../src/agents/stocks.ts";
import { AgentRuntime } from "../../src/agent/agent-runtime.ts";
import { rulesBrain } from "../../src/emulator/core/brain/rules.ts";
import { openEmulator } from "../../src/emulator/core/emulator.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts } from "../support/scripted.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

interface Heard {
  /** In ms since the beginning. */
  readonly at: number;
  readonly message: ServerMessage;
}

/** The stocks agent and the emulator's rules, back to back: time passes when it is told to. */
function watching() {
  const ports = { ...scriptedPorts(), brain: rulesBrain({ zone: "UTC" }) };
  const heard: Heard[] = [];
  const began = ports.clock.now();
  const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
  const request = { path, query: new Map([["key", "local"]]), headers: new Map<string, string>() };
  const line = openEmulator(ports).connect(request, {
    send: (frame) => {
      const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
      const message = JSON.parse(text) as ServerMessage;
      heard.push({ at: ports.clock.now() - began, message });
      session.handleToolCalls(message, 1);
    },
    close: () => undefined,
    reset: () => undefined,
  });
  const send = (message: object): void => line?.receive(JSON.stringify(message));
  const session = new AgentRuntime(
    stocks,
    buildAgentTree(stocks),
    { proactivity: false, affectiveDialog: false },
    {
      state: { get: () => undefined, set: () => undefined },
      env: {},
      approvals: new Approvals(() => undefined),
      publish: () => undefined,
      sendToModel: ({ payload }) => send(payload),
      sendText: () => undefined,
      mayTransfer: () => false,
      transfer: () => undefined,
      invocationId: () => "r1",
      surface: () => "AI Studio",
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
      send(session.buildSetup());
      await pass(500);
    },
    type: (text: string) => send(session.encodeInput({ type: "text", text }).payload),
    stop: () => session.stop(),
    words: () =>
      heard.map(({ message }) => message.serverContent?.outputTranscription?.text ?? "").join(""),
    calls: () => heard.flatMap(({ message }) => message.toolCall?.functionCalls ?? []),
    sound: () => heard.filter(({ message }) => message.serverContent?.modelTurn).length,
  };
}

describe("[AGENTS5] stocks: prices come unasked, and after the stop there is silence", () => {
  it("two prices; the stop is acknowledged; the prices that would have come are not heard", async () => {
    const talk = watching();
    await talk.start();
    talk.type("Monitor the stock price of ACME.");
    await talk.pass(15_000);
    expect(talk.words()).toContain("300");
    expect(talk.words()).toContain("400");
    talk.type("Stop monitoring.");
    await talk.pass(8_000);
    expect(talk.calls().at(-1)).toMatchObject({
      name: "stop_streaming",
      args: { function_name: "monitor_stock_price" },
    });
    const sound = talk.sound();
    await talk.pass(60_000);
    expect(talk.sound()).toBe(sound);
    expect(talk.words()).not.toMatch(/900|500/);
  });

  it("without the stop they are", async () => {
    const talk = watching();
    await talk.start();
    talk.type("Monitor the stock price of ACME.");
    await talk.pass(60_000);
    expect(talk.words()).toMatch(/300.*400.*900.*500/s);
    talk.stop();
  });
});

import { expect, test } from "vitest";
import { ConversationMeter } from "../../../src/page/panels/conversation-meter.ts";
import { FrameLog } from "../../../src/page/panels/frame-log.ts";
import { noUsage } from "../../../src/page/panels/token-usage.ts";

test("[PAGE94] [PAGE95] a new call in the same conversation keeps the latencies; another conversation has none", () => {
  const log = new FrameLog(() => 0);
  const meter = new ConversationMeter(log);
  meter.restart("one");
  log.add("out", '{"type":"text","text":"Hello"}');
  const event = { author: "guide", content: { parts: [{ text: "Hi" }] } };
  log.add("in", JSON.stringify({ type: "event", seq: 1, event }));
  log.clear();
  meter.restart("one", { ...noUsage, connectedMs: 7 });
  expect(meter.latency.turns.length).toBe(1);
  expect(meter.usage.connectedMs).toBe(7);
  meter.restart("two");
  expect(meter.latency.turns).toEqual([]);
  expect(meter.usage).toEqual(noUsage);
});

/**
 * Watches a stock's price and speaks when it changes: ADK's sample of a streaming tool.
 *
 * The prices are invented, on the schedule of that sample.
 */
import * as z from "zod";
import { agent } from "../agent/agent.ts";
import { streamingTool } from "../agent/tool.ts";

const schedule = [
  { afterMs: 4_000, price: 300 },
  { afterMs: 4_000, price: 400 },
  { afterMs: 20_000, price: 900 },
  { afterMs: 20_000, price: 500 },
] as const;

const monitorStockPrice = streamingTool({
  name: "monitor_stock_price",
  description: "Monitors the price of a stock and reports every change, until it is stopped.",
  parameters: () =>
    z.object({ symbol: z.string().min(1).describe("The stock's symbol, such as ACME.") }),
  async *run({ symbol }, { sleep }) {
    for (const { afterMs, price } of schedule) {
      await sleep(afterMs);
      yield { symbol, price };
    }
  },
});

export const stocks = agent({
  name: "stocks",
  model: "gemini-3.8-live",
  description: "Watches a stock and tells you when its price changes.",
  suggestions: ["Watch the price of XYZ", "Are these prices real?"],
  voice: "Charon",
  clientSettings: ["voice", "language"],
  tools: [monitorStockPrice],
  instruction: `You watch stock prices in a spoken conversation. The prices are invented, and you say so when asked.
Call monitor_stock_price once when somebody wants a stock watched; tell them each new price in one short sentence
as it comes, without being asked. When they want it to end, call stop_streaming.`,
});

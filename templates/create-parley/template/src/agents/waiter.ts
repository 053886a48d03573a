/** Takes orders in a small café. */
import * as z from "zod";
import { agent } from "../agent/agent.ts";
import { tool } from "../agent/tool.ts";

const addToOrder = tool({
  name: "add_to_order",
  description: "Adds a drink to the order.",
  parameters: z.object({
    drink: z.enum(["espresso", "cappuccino", "tea"]).describe("What to drink."),
    count: z.int().min(1).max(12).default(1).describe("How many."),
  }),
  run: ({ drink, count }, { state }) => {
    const order = { ...(state.get("order") as Record<string, number> | undefined) };
    order[drink] = (order[drink] ?? 0) + count;
    state.set("order", order);
    return { order };
  },
});

export const waiter = agent({
  name: "waiter",
  model: "gemini-3.8-live",
  description: "Takes your order.",
  suggestions: ["Two espressos, please."],
  instruction: "You take orders in a small café. One short sentence at a time.",
  tools: [addToOrder],
  voice: "Puck",
});

/** The dice agent's tools. */
import { expect, it } from "vitest";
import { withDescendants } from "../../src/agent/agent.ts";
import type { FunctionTool } from "../../src/agent/tool.ts";
import { dice } from "../../src/agents/dice.ts";

it("[TOOL3] check_prime takes no numbers that it would search for long: a tool that computes holds up the audio", () => {
  const tools = withDescendants(dice).flatMap((agent) => agent.tools);
  const checkPrime = tools.find((tool) => "name" in tool && tool.name === "check_prime");
  const parse = (args: object) => (checkPrime as FunctionTool).arguments.parse(args);
  expect(parse({ numbers: [1_000_000_000, 7] })).toEqual({
    value: { numbers: [1_000_000_000, 7] },
  });
  expect(parse({ numbers: [9_007_199_254_740_881] })).toHaveProperty("error");
  expect(parse({ numbers: Array.from({ length: 21 }, () => 7) })).toHaveProperty("error");
});

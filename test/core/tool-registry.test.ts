import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { callableToolsOf } from "../../src/agent/stop-streaming.ts";
import { tool, type Tool } from "../../src/agent/tool.ts";
import { ToolRegistry } from "../../src/agent/tool-registry.ts";
import type { DiscoveredTools, Toolset } from "../../src/agent/toolset.ts";
import { monitor } from "./tool-runner-harness.ts";

const called = (name: string) => tool({ name, description: "", run: () => name });

/** A place whose answer is the test's, and how often it was closed. */
function place(name: string, answer: () => Promise<DiscoveredTools>) {
  const seen = { closed: 0, env: undefined as object | undefined };
  const toolset: Toolset = {
    kind: "toolset",
    name,
    open: (env) => {
      seen.env = env;
      return { tools: answer, close: () => void seen.closed++ };
    },
  };
  return { toolset, seen };
}

const offers =
  (...names: string[]) =>
  async (): Promise<DiscoveredTools> => ({
    tools: names.map(called),
    omissions: [],
  });

function boxOf(...tools: Tool[]) {
  const told: string[] = [];
  const own = callableToolsOf(agent({ name: "ada", model: "m", tools }));
  const box = new ToolRegistry(
    own,
    tools,
    { KEY: "k" },
    {
      log: (line) => void told.push(line),
      toolsetUnavailable: (toolset) => void told.push(`missing ${toolset}`),
    },
  );
  return { box, told, names: () => box.callables.map(({ name }) => name) };
}

describe("[MCP3] a place that does not answer costs the agent its tools and nothing else", () => {
  it("told once to operator and clients, until it is there again", async () => {
    let up = false;
    const shop = place("shop", async () => {
      if (!up) throw new Error("the server cannot be reached");
      return offers("buy")();
    });
    const { box, told, names } = boxOf(called("own"), shop.toolset);
    await box.refresh();
    await box.refresh();
    expect(names()).toEqual(["own"]);
    expect(told).toEqual([
      "shop: the server cannot be reached. The agent goes on without its tools.",
      "missing shop",
    ]);
    up = true;
    await box.refresh();
    expect(names()).toEqual(["own", "buy"]);
    up = false;
    await box.refresh();
    expect(told).toHaveLength(4);
  });

  it("the other places answer all the same", async () => {
    const down = place("down", () => Promise.reject(new Error("no")));
    const { box, names } = boxOf(down.toolset, place("up", offers("find")).toolset);
    await box.refresh();
    expect(names()).toEqual(["find"]);
  });

  it("an agent without such places has nothing to wait for", () => {
    expect(boxOf(called("own")).box.refresh()).toBeUndefined();
  });

  it("is closed with the conversation, and knows the Worker's secrets", () => {
    const shop = place("shop", offers("buy"));
    const { box } = boxOf(shop.toolset);
    box.close();
    expect(shop.seen).toEqual({ closed: 1, env: { KEY: "k" } });
  });
});

describe("[MCP4] what cannot be told or has a name that is taken is left out, by name", () => {
  it("the author's own stays, and nobody may pose as stop_streaming", async () => {
    const shop = place("shop", offers("own", "stop_streaming", "buy"));
    const mall = place("mall", offers("buy"));
    const { box, told, names } = boxOf(called("own"), shop.toolset, mall.toolset, monitor);
    await box.refresh();
    await box.refresh();
    expect(names()).toEqual(["own", "monitor", "stop_streaming", "buy"]);
    expect(told).toEqual([
      'shop: "own" is left out, since the agent has one of that name.',
      'shop: "stop_streaming" is left out, since the agent has one of that name.',
      'mall: "buy" is left out, since the agent has one of that name.',
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { callableToolsOf } from "../../src/agent/runtime/stop-streaming.ts";
import { tool, type CallableTool, type Tool } from "../../src/agent/tool.ts";
import { ToolRegistry } from "../../src/agent/runtime/tool-registry.ts";
import type { DiscoveredTools, Toolset } from "../../src/agent/toolset.ts";
import { monitor } from "./tool-runner-harness.ts";

const toolNamed = (name: string) => tool({ name, description: "", run: () => name });

/** A toolset with the test's answer, and a record of its calls. */
function toolsetOf(name: string, answer: () => Promise<DiscoveredTools>) {
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
    tools: names.map(toolNamed),
    omissions: [],
  });

function registryOf(...tools: Tool[]) {
  return registryWith(callableToolsOf(agent({ name: "ada", model: "m", tools })), tools);
}

function registryWith(own: readonly CallableTool[], tools: readonly Tool[]) {
  const log: string[] = [];
  const registry = new ToolRegistry(
    own,
    tools,
    { KEY: "k" },
    {
      log: (line) => void log.push(line),
      toolsetUnavailable: (toolset) => void log.push(`missing ${toolset}`),
    },
  );
  return { registry, log, names: () => registry.callables.map(({ name }) => name) };
}

describe("[MCP3] a toolset that is unavailable costs the agent its tools and nothing else", () => {
  it("operator and clients are informed once, until it is available again", async () => {
    let up = false;
    const shop = toolsetOf("shop", async () => {
      if (!up) throw new Error("the server cannot be reached");
      return offers("buy")();
    });
    const { registry, log, names } = registryOf(toolNamed("own"), shop.toolset);
    await registry.refresh();
    await registry.refresh();
    expect(names()).toEqual(["own"]);
    expect(log).toEqual([
      "shop: the server cannot be reached. The agent goes on without its tools.",
      "missing shop",
    ]);
    up = true;
    await registry.refresh();
    expect(names()).toEqual(["own", "buy"]);
    up = false;
    await registry.refresh();
    expect(log).toHaveLength(4);
  });

  it("other toolsets are unaffected", async () => {
    const down = toolsetOf("down", () => Promise.reject(new Error("no")));
    const { registry, names } = registryOf(down.toolset, toolsetOf("up", offers("find")).toolset);
    await registry.refresh();
    expect(names()).toEqual(["find"]);
  });

  it("without toolsets there is nothing to wait for", () => {
    expect(registryOf(toolNamed("own")).registry.refresh()).toBeUndefined();
  });

  it("a toolset is closed with the conversation and receives the Worker's secrets", () => {
    const shop = toolsetOf("shop", offers("buy"));
    const { registry } = registryOf(shop.toolset);
    registry.close();
    expect(shop.seen).toEqual({ closed: 1, env: { KEY: "k" } });
  });
});

describe("[MCP4] a tool whose name is taken is left out and named in the log", () => {
  it("the author's tool and stop_streaming take precedence", async () => {
    const shop = toolsetOf("shop", offers("own", "stop_streaming", "buy"));
    const mall = toolsetOf("mall", offers("buy"));
    const { registry, log, names } = registryOf(
      toolNamed("own"),
      shop.toolset,
      mall.toolset,
      monitor,
    );
    await registry.refresh();
    await registry.refresh();
    expect(names()).toEqual(["own", "monitor", "stop_streaming", "buy"]);
    expect(log).toEqual([
      'shop: "own" is left out, since the agent has one of that name.',
      'shop: "stop_streaming" is left out, since the agent has one of that name.',
      'mall: "buy" is left out, since the agent has one of that name.',
    ]);
  });
});

describe("[MCP12] a name is declared once in a setup", () => {
  const clientTool = (name: string): CallableTool => ({
    ...toolNamed(name),
    declaration: { name, description: "The client's." },
  });

  it("if a server lists it twice", async () => {
    const shop = toolsetOf("shop", offers("buy", "sell", "buy"));
    const { registry, log, names } = registryOf(toolNamed("own"), shop.toolset);
    await registry.refresh();
    expect(names()).toEqual(["own", "buy", "sell"]);
    expect(log).toEqual(['shop: "buy" is left out, since the agent has one of that name.']);
  });

  it("if a Live API client declares a function of the relay's, of the author's or of a server's", async () => {
    const shop = toolsetOf("shop", offers("buy"));
    const { registry, names } = registryWith(
      [
        ...["transfer_to_agent", "own", "buy", "look", "look"].map(clientTool),
        toolNamed("own"),
        toolNamed("transfer_to_agent"),
      ],
      [shop.toolset],
    );
    expect(names()).toEqual(["own", "transfer_to_agent", "buy", "look"]);
    await registry.refresh();
    expect(names()).toEqual(["own", "transfer_to_agent", "buy", "look"]);
    expect(registry.callables.filter(({ declaration }) => declaration)).toHaveLength(1);
  });
});

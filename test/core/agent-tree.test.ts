import { describe, expect, it } from "vitest";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import {
  buildAgentTree,
  isSequenceStep,
  entryAgentOf,
  nextAgentOf,
  resolveTransfer,
  transferTargetsOf,
} from "../../src/agent/runtime/agent-tree.ts";
import { transferInstruction, transferToolsOf } from "../../src/agent/runtime/transfer-tools.ts";

const one = (name: string, subAgents: Agent[] = []): Agent =>
  agent({ name, model: "gemini-3.8-live", description: `Does ${name}.`, subAgents });

const greet = one("greet");
const order = one("order");
const visit = sequence({ name: "visit", agents: [greet, order] });
const dice = one("dice");
const primes = one("primes");
const root = one("root", [dice, primes, visit]);
const tree = buildAgentTree(root);

const names = (agents: readonly Agent[]): string[] => agents.map(({ name }) => name);

describe("[CAST1] an agent may transfer to its sub-agents, its parent and its siblings", () => {
  it("a step of a sequence has no targets", () => {
    expect(names(transferTargetsOf(tree, root))).toEqual(["dice", "primes", "visit"]);
    expect(names(transferTargetsOf(tree, dice))).toEqual(["root", "primes", "visit"]);
    expect(names(transferTargetsOf(tree, greet))).toEqual([]);
  });

  it("the tool and the instruction name the targets and their descriptions", () => {
    const [transfer] = transferToolsOf(tree, dice);
    expect(transfer?.name).toBe("transfer_to_agent");
    expect(JSON.stringify(transfer?.arguments.schema)).toContain(
      '"enum":["root","primes","visit"]',
    );
    expect(transferInstruction(tree, dice)).toContain("- primes: Does primes.");
    expect(transferToolsOf(buildAgentTree(greet), greet)).toEqual([]);
    expect(transferInstruction(buildAgentTree(greet), greet)).toBe("");
  });
});

describe("[CAST4] an agent that may not transfer to its parent or its peers cannot", () => {
  const shy = agent({ name: "shy", model: "m", disallowTransferToParent: true });
  const lone = agent({ name: "lone", model: "m", disallowTransferToPeers: true });
  const leaf = agent({
    name: "leaf",
    model: "m",
    disallowTransferToParent: true,
    disallowTransferToPeers: true,
  });
  const above = agent({ name: "above", model: "m", subAgents: [shy, lone, leaf] });
  const family = buildAgentTree(above);

  it("its targets, its tool and its instruction leave them out", () => {
    expect(names(transferTargetsOf(family, shy))).toEqual(["lone", "leaf"]);
    expect(names(transferTargetsOf(family, lone))).toEqual(["above"]);
    expect(transferToolsOf(family, leaf)).toEqual([]);
    expect(transferInstruction(family, leaf)).toBe("");
  });

  it("and a tool of its author's cannot transfer there either", () => {
    expect(() => resolveTransfer(family, shy, "above")).toThrow('no agent "above"');
    expect(() => resolveTransfer(family, lone, "shy")).toThrow('no agent "shy"');
    expect(resolveTransfer(family, lone, "above")).toBe(above);
  });
});

describe("[CAST2] the steps of a sequence become active in order, by `task_completed`", () => {
  it("the first step is the entry, and the parent follows the last", () => {
    expect(entryAgentOf(visit)).toBe(greet);
    expect(nextAgentOf(tree, greet)).toBe(order);
    expect(nextAgentOf(tree, order)).toBe(root);
    expect(isSequenceStep(tree, greet)).toBe(true);
    expect(transferToolsOf(tree, order).map(({ name }) => name)).toEqual(["task_completed"]);
    expect(isSequenceStep(tree, dice)).toBe(false);
  });

  it("without a parent the last step has no successor", () => {
    const alone = buildAgentTree(visit);
    expect(nextAgentOf(alone, greet)).toBe(order);
    expect(nextAgentOf(alone, order)).toBeUndefined();
  });
});

describe("[CAST3] two agents of one name are rejected where they are declared", () => {
  it("the error names the parent and the duplicate", () => {
    expect(() => one("boss", [dice, one("dice")])).toThrow(
      'Agent "boss": there are two agents "dice" under it.',
    );
    expect(() => sequence({ name: "greet", agents: [greet] })).toThrow("two agents");
  });
});

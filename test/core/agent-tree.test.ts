import { describe, expect, it } from "vitest";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import {
  buildAgentTree,
  isSequenceStep,
  entryAgentOf,
  nextAgentOf,
  transferTargetsOf,
} from "../../src/agent/agent-tree.ts";
import { transferInstruction, transferToolsOf } from "../../src/agent/transfer-tools.ts";

const one = (name: string, subAgents: Agent[] = []): Agent =>
  agent({ name, model: "gemini-3.8-live", description: `Does ${name}.`, subAgents });

const greet = one("greet");
const order = one("order");
const visit = sequence({ name: "visit", agents: [greet, order] });
const dice = one("dice");
const primes = one("primes");
const root = one("root", [dice, primes, visit]);
const cast = buildAgentTree(root);

const names = (agents: readonly Agent[]): string[] => agents.map(({ name }) => name);

describe("[CAST1] an agent hands over to those under it, the one above it and those beside it", () => {
  it("and to nobody else", () => {
    expect(names(transferTargetsOf(cast, root))).toEqual(["dice", "primes", "visit"]);
    expect(names(transferTargetsOf(cast, dice))).toEqual(["root", "primes", "visit"]);
    expect(names(transferTargetsOf(cast, greet))).toEqual([]);
  });

  it("is told their names, and what they are for", () => {
    const [transfer] = transferToolsOf(cast, dice);
    expect(transfer?.name).toBe("transfer_to_agent");
    expect(JSON.stringify(transfer?.arguments.schema)).toContain(
      '"enum":["root","primes","visit"]',
    );
    expect(transferInstruction(cast, dice)).toContain("- primes: Does primes.");
    expect(transferToolsOf(buildAgentTree(greet), greet)).toEqual([]);
    expect(transferInstruction(buildAgentTree(greet), greet)).toBe("");
  });
});

describe("[CAST2] the steps of a sequence lead one after the other, by `task_completed`", () => {
  it("the first leads, the last gives the lead to whoever is above the sequence", () => {
    expect(entryAgentOf(visit)).toBe(greet);
    expect(nextAgentOf(cast, greet)).toBe(order);
    expect(nextAgentOf(cast, order)).toBe(root);
    expect(isSequenceStep(cast, greet)).toBe(true);
    expect(transferToolsOf(cast, order).map(({ name }) => name)).toEqual(["task_completed"]);
    expect(isSequenceStep(cast, dice)).toBe(false);
  });

  it("with nobody above, the last stays", () => {
    const alone = buildAgentTree(visit);
    expect(nextAgentOf(alone, greet)).toBe(order);
    expect(nextAgentOf(alone, order)).toBeUndefined();
  });
});

describe("[CAST3] two agents of one name are refused where they are declared", () => {
  it("by the name of both", () => {
    expect(() => one("boss", [dice, one("dice")])).toThrow(
      'Agent "boss": there are two agents "dice" under it.',
    );
    expect(() => sequence({ name: "greet", agents: [greet] })).toThrow("two agents");
  });
});

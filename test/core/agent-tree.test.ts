import { describe, expect, it } from "vitest";
import { agent, sequence, type Agent } from "../../src/agent/agent.ts";
import { castOf, hasTask, leadOf, nextOf, targetsOf } from "../../src/agent/agent-tree.ts";
import { handoverNotes, handoversOf } from "../../src/agent/transfer-tools.ts";

const one = (name: string, subAgents: Agent[] = []): Agent =>
  agent({ name, model: "gemini-3.8-live", description: `Does ${name}.`, subAgents });

const greet = one("greet");
const order = one("order");
const visit = sequence({ name: "visit", agents: [greet, order] });
const dice = one("dice");
const primes = one("primes");
const root = one("root", [dice, primes, visit]);
const cast = castOf(root);

const names = (agents: readonly Agent[]): string[] => agents.map(({ name }) => name);

describe("[CAST1] an agent hands over to those under it, the one above it and those beside it", () => {
  it("and to nobody else", () => {
    expect(names(targetsOf(cast, root))).toEqual(["dice", "primes", "visit"]);
    expect(names(targetsOf(cast, dice))).toEqual(["root", "primes", "visit"]);
    expect(names(targetsOf(cast, greet))).toEqual([]);
  });

  it("is told their names, and what they are for", () => {
    const [transfer] = handoversOf(cast, dice);
    expect(transfer?.name).toBe("transfer_to_agent");
    expect(JSON.stringify(transfer?.arguments.schema)).toContain(
      '"enum":["root","primes","visit"]',
    );
    expect(handoverNotes(cast, dice)).toContain("- primes: Does primes.");
    expect(handoversOf(castOf(greet), greet)).toEqual([]);
    expect(handoverNotes(castOf(greet), greet)).toBe("");
  });
});

describe("[CAST2] the steps of a sequence lead one after the other, by `task_completed`", () => {
  it("the first leads, the last gives the lead to whoever is above the sequence", () => {
    expect(leadOf(visit)).toBe(greet);
    expect(nextOf(cast, greet)).toBe(order);
    expect(nextOf(cast, order)).toBe(root);
    expect(hasTask(cast, greet)).toBe(true);
    expect(handoversOf(cast, order).map(({ name }) => name)).toEqual(["task_completed"]);
    expect(hasTask(cast, dice)).toBe(false);
  });

  it("with nobody above, the last stays", () => {
    const alone = castOf(visit);
    expect(nextOf(alone, greet)).toBe(order);
    expect(nextOf(alone, order)).toBeUndefined();
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

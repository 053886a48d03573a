import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { LATER_CASES } from "./heldout-later.ts";
import { CASES } from "./heldout.ts";
import { reply } from "./conversation.ts";

/** The last column is the number of cases understood so far: a change of the rules must lose none. */
it.each([
  ["before the rules", CASES, 98],
  ["after them", LATER_CASES, 61],
])(
  "[BRAIN1] understands phrasings that it was not written for, written %s",
  async (when, cases, least) => {
    const brain = rulesBrain({ zone: "UTC" });
    const missed: string[] = [];
    for (const { say, hear } of cases) {
      const answer = await reply(brain, say);
      if (!hear.test(answer)) missed.push(`${say.join(" / ")} → ${answer}`);
    }
    const understood = cases.length - missed.length;
    console.log(`held-out phrasings, ${when}: ${understood} of ${cases.length}`);
    expect(understood, missed.join("\n")).toBeGreaterThanOrEqual(least);
  },
);

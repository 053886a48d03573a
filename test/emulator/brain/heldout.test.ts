import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { LATER_CASES } from "./heldout-later.ts";
import { CASES } from "./heldout.ts";
import { reply } from "./conversation.ts";

/** Below the share that was understood first, so that a change of the rules may lose little. */
const FLOOR = 0.9;

it.each([
  ["before the rules", CASES],
  ["after them", LATER_CASES],
])(
  "[BRAIN1] understands phrasings that it was not written for, written %s",
  async (when, cases) => {
    const brain = rulesBrain({ zone: "UTC" });
    const missed: string[] = [];
    for (const { say, hear } of cases) {
      const answer = await reply(brain, say);
      if (!hear.test(answer)) missed.push(`${say.join(" / ")} → ${answer}`);
    }
    const score = 1 - missed.length / cases.length;
    console.log(`held-out phrasings, ${when}: ${cases.length - missed.length} of ${cases.length}`);
    expect(score, missed.join("\n")).toBeGreaterThanOrEqual(FLOOR);
  },
);

import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { LATER_TALKS } from "./heldout-later.ts";
import { TALKS } from "./heldout.ts";
import { reply } from "./conversation.ts";

/** The share understood at first sight was higher; a change of rules may not lose much of it. */
const FLOOR = 0.9;

it.each([
  ["before the rules", TALKS],
  ["after them", LATER_TALKS],
])("[BRAIN1] understands phrasings it was not written for, written %s", async (when, talks) => {
  const brain = rulesBrain({ zone: "UTC" });
  const missed: string[] = [];
  for (const { say, hear } of talks) {
    const answer = await reply(brain, say);
    if (!hear.test(answer)) missed.push(`${say.join(" / ")} → ${answer}`);
  }
  const score = 1 - missed.length / talks.length;
  console.log(`held-out phrasings, ${when}: ${talks.length - missed.length} of ${talks.length}`);
  expect(score, missed.join("\n")).toBeGreaterThanOrEqual(FLOOR);
});

import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { TALKS } from "./heldout.ts";
import { reply } from "./talk.ts";

/** The share understood at first sight was higher; a change of rules may not lose much of it. */
const FLOOR = 0.9;

it("[BRAIN1] understands phrasings it was not written for", async () => {
  const brain = rulesBrain({ zone: "UTC" });
  const missed: string[] = [];
  for (const { say, hear } of TALKS) {
    const answer = await reply(brain, say);
    if (!hear.test(answer)) missed.push(`${say.join(" / ")} → ${answer}`);
  }
  const score = 1 - missed.length / TALKS.length;
  console.log(`held-out phrasings: ${TALKS.length - missed.length} of ${TALKS.length}`);
  expect(score, missed.join("\n")).toBeGreaterThanOrEqual(FLOOR);
});

import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { COMMANDS, TOOLS, type Command } from "./heldout-tools.ts";
import { callsIn, talk } from "./talk.ts";

const FLOOR = 0.8;

const fits = (wanted: unknown, given: unknown): boolean =>
  wanted instanceof RegExp
    ? typeof given === "string" && wanted.test(given)
    : JSON.stringify(wanted) === JSON.stringify(given);

const met = ({ calls }: Command, made: ReturnType<typeof callsIn>): boolean =>
  calls.length === made.length &&
  calls.every(
    ({ name, args }, i) =>
      made[i]?.name === name &&
      Object.entries(args).every(([key, value]) => fits(value, made[i]?.args[key])),
  );

it("[BRAIN20] chooses functions and fills arguments for commands it was not written for", async () => {
  const brain = rulesBrain({ zone: "UTC" });
  const missed: string[] = [];
  for (const command of COMMANDS) {
    const steps = await talk(brain, [command.say], { tools: { functions: TOOLS } });
    if (!met(command, callsIn(steps))) missed.push(`${command.say} → ${JSON.stringify(steps)}`);
  }
  console.log(`held-out commands: ${COMMANDS.length - missed.length} of ${COMMANDS.length}`);
  expect(1 - missed.length / COMMANDS.length, missed.join("\n")).toBeGreaterThanOrEqual(FLOOR);
});

import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { LATER_COMMANDS, LATER_TOOLS } from "./heldout-later.ts";
import { COMMANDS, TOOLS, type Command } from "./heldout-tools.ts";
import { callsIn, converse } from "./conversation.ts";

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

it.each([
  ["before the rules", TOOLS, COMMANDS],
  ["after them", LATER_TOOLS, LATER_COMMANDS],
])(
  "[BRAIN20] chooses functions for commands that it was not written for, written %s",
  async (when, functions, commands) => {
    const brain = rulesBrain({ zone: "UTC" });
    const missed: string[] = [];
    for (const command of commands) {
      const steps = await converse(brain, [command.say], { tools: { functions } });
      if (!met(command, callsIn(steps))) missed.push(`${command.say} → ${JSON.stringify(steps)}`);
    }
    console.log(
      `held-out commands, ${when}: ${commands.length - missed.length} of ${commands.length}`,
    );
    expect(1 - missed.length / commands.length, missed.join("\n")).toBeGreaterThanOrEqual(FLOOR);
  },
);

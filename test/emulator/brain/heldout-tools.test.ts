import { expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { LATER_COMMANDS, LATER_TOOLS } from "./heldout-later.ts";
import { COMMANDS, TOOLS, type Command } from "./heldout-tools.ts";
import { callsIn, converse } from "./conversation.ts";

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

/** The last column is the number of commands understood so far: a change of the rules must lose none. */
it.each([
  ["before the rules", TOOLS, COMMANDS, 31],
  ["after them", LATER_TOOLS, LATER_COMMANDS, 16],
])(
  "[BRAIN20] chooses functions for commands that it was not written for, written %s",
  async (when, functions, commands, least) => {
    const brain = rulesBrain({ zone: "UTC" });
    const missed: string[] = [];
    for (const command of commands) {
      const steps = await converse(brain, [command.say], { tools: { functions } });
      if (!met(command, callsIn(steps))) missed.push(`${command.say} → ${JSON.stringify(steps)}`);
    }
    const understood = commands.length - missed.length;
    console.log(`held-out commands, ${when}: ${understood} of ${commands.length}`);
    expect(understood, missed.join("\n")).toBeGreaterThanOrEqual(least);
  },
);

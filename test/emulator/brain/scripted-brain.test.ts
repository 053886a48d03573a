import type { Content } from "@google/genai";
import { expect, it } from "vitest";
import { scriptBrain, type Script } from "../../../src/emulator/core/brain/scripted-brain.ts";
import { model, reply, contextOf, stepsOf, user } from "./conversation.ts";

const script: Script = {
  lines: [
    { when: /roll/i, steps: [{ call: [{ name: "roll", args: { sides: 6 } }] }] },
    { when: { toolResponse: "roll" }, steps: [{ say: "You rolled it." }] },
    { when: { words: "bye" }, steps: [{ say: "Goodbye." }] },
    { steps: [{ say: "Anything." }] },
  ],
};

const call: Content = { role: "model", parts: [{ functionCall: { name: "roll", args: {} } }] };
const answer: Content = {
  role: "user",
  parts: [{ functionResponse: { name: "roll", response: { result: 3 } } }],
};

it("[BRAIN50] follows its lines in order, each when its condition is met", async () => {
  const brain = scriptBrain(script);
  expect(await stepsOf(brain, contextOf([user("Roll a die")]))).toEqual(script.lines[0]?.steps);
  const rolled = [user("Roll a die"), call, answer];
  expect(await stepsOf(brain, contextOf(rolled))).toEqual([{ say: "You rolled it." }]);
  const left = [...rolled, model("You rolled it."), user("Bye")];
  expect(await stepsOf(brain, contextOf(left))).toEqual([{ say: "Goodbye." }]);
});

it("[BRAIN50] skips lines whose condition is not met", async () => {
  expect(await reply(scriptBrain(script), ["bye now"])).toBe("Goodbye.");
  expect(await reply(scriptBrain(script), ["bye now", "and now?"])).toBe("Anything.");
});

it("[BRAIN51] falls silent at its end, or starts over", async () => {
  const lines = [{ steps: [{ say: "One." }] }, { steps: [{ say: "Two." }] }];
  expect(await reply(scriptBrain({ lines }), ["a", "b"])).toBe("Two.");
  expect(await reply(scriptBrain({ lines }), ["a", "b", "c"])).toBe("");
  expect(await reply(scriptBrain({ lines, loop: true }), ["a", "b", "c"])).toBe("One.");
});

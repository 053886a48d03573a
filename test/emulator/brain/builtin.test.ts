import type { GroundingMetadata, Part } from "@google/genai";
import { describe, expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import type { Step, DeclaredTools } from "../../../src/emulator/core/ports.ts";
import { contextOf, spoken, stepsOf, user } from "./conversation.ts";

const brain = rulesBrain({ zone: "UTC" });

const asked = async (text: string, tools: Partial<DeclaredTools>) =>
  stepsOf(brain, contextOf([user(text)], { tools }));

const partsIn = (steps: readonly Step[]): Part[] =>
  steps.flatMap((step) => ("part" in step ? [step.part] : []));

const groundingIn = (steps: readonly Step[]): GroundingMetadata =>
  steps.flatMap((step) => ("grounding" in step ? [step.grounding] : []))[0] ?? {};

describe("[BRAIN42] searches the local corpus, says so, and grounds its answer", () => {
  it.each([
    "What is the weather in New York?",
    "What is the capital of France?",
    "Search for Ada Lovelace",
  ])("%s", async (text) => {
    const steps = await asked(text, { googleSearch: true });
    const words = spoken(steps);
    expect(words).toMatch(/local corpus/);
    const [run, result] = partsIn(steps);
    expect(run?.executableCode?.code).toMatch(/google_search\.search/);
    expect(result?.codeExecutionResult?.outcome).toBe("OUTCOME_OK");
    const { webSearchQueries, groundingChunks, groundingSupports } = groundingIn(steps);
    expect(webSearchQueries).toHaveLength(1);
    expect(groundingChunks?.[0]?.web?.uri).toMatch(/^https:\/\/[a-z]+\.example\./);
    const segment = groundingSupports?.[0]?.segment;
    const bytes = new TextEncoder().encode(words).slice(segment?.startIndex, segment?.endIndex);
    expect(new TextDecoder().decode(bytes)).toBe(segment?.text);
    expect(segment?.text).not.toBe("");
  });
  it("admits that it found nothing", async () => {
    expect(spoken(await asked("Who painted the ceiling?", { googleSearch: true }))).toMatch(
      /nothing on that/,
    );
  });
  it("leaves to the skills the questions that they answer, and statements", async () => {
    expect(spoken(await asked("What time is it in New York?", { googleSearch: true }))).toMatch(
      /11 AM/,
    );
    expect(partsIn(await asked("I like Paris", { googleSearch: true }))).toEqual([]);
  });
  it("does not search when the session has no search", async () => {
    expect(spoken(await asked("What is the capital of France?", {}))).toMatch(/heard/);
  });
});

describe("[BRAIN43] shows a sum as code that was run, when the session has code execution", () => {
  it.each<[string, string, string]>([
    ["What is two plus three times four?", "print(2 + 3 * 4)", "14\n"],
    ["What is the factorial of six?", "import math\nprint(math.factorial(6))", "720\n"],
    ["Add up the sum of the first 100 numbers", "print(sum(range(1, 101)))", "5050\n"],
    ["what is fifteen percent of 80", "print(15 / 100 * 80)", "12\n"],
  ])("%s", async (text, code, output) => {
    const steps = await asked(text, { codeExecution: true });
    expect(partsIn(steps)).toEqual([
      { executableCode: { language: "PYTHON", code } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output } },
    ]);
    expect(spoken(steps)).not.toBe("");
  });
  it("speaks the sum only otherwise", async () => {
    expect(await asked("two plus two", {})).toEqual([{ say: "Two plus two is four." }]);
  });
});

describe("[BRAIN44] fetches no address, and says so", () => {
  it("answers from the corpus where it can", async () => {
    const steps = await asked("Summarise https://atlas.example.org/nile please", {
      urlContext: true,
    });
    expect(spoken(steps)).toMatch(/did not fetch atlas\.example\.org.*Nile/);
    expect(groundingIn(steps).groundingChunks?.[0]?.web?.title).toMatch(/Nile/);
  });
  it("admits that it found nothing", async () => {
    expect(spoken(await asked("Read https://nowhere.example/x.", { urlContext: true }))).toMatch(
      /did not fetch nowhere\.example/,
    );
  });
});

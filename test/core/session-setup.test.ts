import { describe, expect, it } from "vitest";
import { agent, type AgentDefinition, type Instruction } from "../../src/agent/agent.ts";
import { buildPrompt } from "../../src/agent/runtime/prompt.ts";
import type { RunConfigDefinition } from "../../src/agent/run-config.ts";
import { googleSearch } from "../../src/agent/tool.ts";
import { capabilitiesOf } from "../../src/core/live-api/capabilities.ts";
import { unsupportedSettings } from "../../src/core/live-api/config-validation.ts";
import { buildSetup } from "../../src/core/live-api/session-setup.ts";

const setup = (definition: Omit<AgentDefinition, "name" | "model">, model = "gemini-3.8-live") => {
  const row = capabilitiesOf(model);
  const state = { get: (key: string) => ({ name: "Ann", n: 3 })[key], set: () => undefined };
  const made = agent({ name: "ada", model, ...definition });
  return buildSetup(buildPrompt(made, model, row, { state, callables: [] }), row).setup;
};

describe("[SETUP1] never sends what the model forbids", () => {
  it("a wish the model cannot take is left out", () => {
    const wishes = {
      runConfig: { affectiveDialog: true, proactiveAudio: true, thinking: { budget: 5 } },
    };
    const on38 = setup(wishes);
    expect(on38.generationConfig).toEqual({ responseModalities: ["AUDIO"] });
    expect(on38).not.toHaveProperty("proactivity");
    expect(setup(wishes, "gemini-2.5-flash-native-audio-latest")).toMatchObject({
      generationConfig: { enableAffectiveDialog: true, thinkingConfig: { thinkingBudget: 5 } },
      proactivity: { proactiveAudio: true },
    });
  });

  it.each([
    ["gemini-3.8-live", { thinking: { level: "LOW" } }, ["thinking.level"]],
    ["gemini-3.8-live", { proactiveAudio: false }, ["proactiveAudio"]],
    ["gemini-3.8-live", { responseModality: "TEXT" }, ["responseModality"]],
    ["gemini-3.8-live-extended-thinking", { thinking: { level: "MINIMAL" } }, ["thinking.level"]],
    ["gemini-3.8-live-extended-thinking", { thinking: { level: "LOW" } }, []],
    [
      "gemini-3.8-live",
      { sessionResumption: { transparent: true } },
      ["sessionResumption.transparent"],
    ],
    ["gemini-3.8-live", { explicitVadSignal: true }, ["explicitVadSignal"]],
    ["gemini-live-2.5-flash-native-audio", {}, ["model"]],
    ["gemini-3.8-live", { affectiveDialog: true }, []],
  ] as const)(
    "what contradicts it is named, with field and model: %s %j",
    (model, runConfig, fields) => {
      const { runConfig: asked } = agent({ name: "ada", model, runConfig });
      const said = unsupportedSettings(asked, model, capabilitiesOf(model), "AI Studio");
      expect(said.map((sentence) => sentence.split(" ")[0])).toEqual(fields);
      for (const sentence of said) expect(sentence).toContain(model);
    },
  );
});

describe("[SETUP2] every setting reaches the setup where it is set, and only there", () => {
  it("nothing asked: speech, both transcripts, resumption and compression", () => {
    expect(setup({ instruction: "Be kind.", voice: "Kore" })).toEqual({
      model: "models/gemini-3.8-live",
      generationConfig: {
        responseModalities: ["AUDIO"],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
      },
      systemInstruction: { parts: [{ text: "Be kind." }] },
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      sessionResumption: {},
      contextWindowCompression: { slidingWindow: {} },
    });
  });

  it.each([
    [
      { inputTranscription: false, outputTranscription: false },
      { inputAudioTranscription: undefined, outputAudioTranscription: undefined },
    ],
    [
      { languageHints: ["en-US"] },
      { inputAudioTranscription: { languageHints: { languageCodes: ["en-US"] } } },
    ],
    [
      { inputTranscription: { vocabulary: ["Parley"] } },
      { inputAudioTranscription: { customVocabulary: ["Parley"] } },
    ],
    [
      { activityDetection: { disabled: true } },
      { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } },
    ],
    [
      {
        activityDetection: {
          startOfSpeechSensitivity: "LOW",
          endOfSpeechSensitivity: "HIGH",
          silenceDurationMs: 500,
        },
      },
      {
        realtimeInputConfig: {
          automaticActivityDetection: {
            startOfSpeechSensitivity: "START_SENSITIVITY_LOW",
            endOfSpeechSensitivity: "END_SENSITIVITY_HIGH",
            silenceDurationMs: 500,
          },
        },
      },
    ],
    [
      { activityHandling: "NO_INTERRUPTION" },
      { realtimeInputConfig: { activityHandling: "NO_INTERRUPTION" } },
    ],
    [
      { turnCoverage: "TURN_INCLUDES_ALL_INPUT" },
      { realtimeInputConfig: { turnCoverage: "TURN_INCLUDES_ALL_INPUT" } },
    ],
    [{ languageCode: "de-DE" }, { generationConfig: { speechConfig: { languageCode: "de-DE" } } }],
    [
      { temperature: 0.5, topP: 0.9, topK: 3, maxOutputTokens: 9, seed: 7 },
      { generationConfig: { temperature: 0.5, topP: 0.9, topK: 3, maxOutputTokens: 9, seed: 7 } },
    ],
    [{ mediaResolution: "LOW" }, { generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW" } }],
    [
      { translation: { targetLanguageCode: "fr" } },
      { generationConfig: { translationConfig: { targetLanguageCode: "fr" } } },
    ],
    [{ sessionResumption: false }, { sessionResumption: undefined }],
    [{ sessionResumption: { transparent: true } }, { sessionResumption: { transparent: true } }],
    [{ contextWindowCompression: false }, { contextWindowCompression: undefined }],
    [
      { contextWindowCompression: { triggerTokens: 100, targetTokens: 50 } },
      { contextWindowCompression: { triggerTokens: "100", slidingWindow: { targetTokens: "50" } } },
    ],
    [{ explicitVadSignal: true }, { explicitVadSignal: true }],
  ] as const)("%j", (runConfig, expected) => {
    const made = setup({ runConfig: runConfig as RunConfigDefinition });
    for (const [field, value] of Object.entries(expected))
      if (value === undefined) expect(made).not.toHaveProperty(field);
      else expect(made).toMatchObject({ [field]: value });
  });
});

describe("[SETUP3] an instruction knows the state", () => {
  it("by its keys, or as a function of it", () => {
    const told = (instruction: Instruction) => setup({ instruction }).systemInstruction;
    const says = (text: string) => ({ parts: [{ text }] });
    expect(told("Hi {name}, {n} {gone?}{unknown}")).toEqual(says("Hi Ann, 3 {unknown}"));
    expect(told((state) => `Hello ${state.get("name") as string}`)).toEqual(says("Hello Ann"));
  });
});

describe("[AGENT1] a wrong agent is refused where it is declared, by name and field", () => {
  it.each([
    [{ name: "a b", model: "m" }, /name/],
    [{ name: "user", model: "m" }, /person/],
    [{ name: "ada", model: "" }, /model/],
    [{ name: "ada", model: "m", voices: "Kore" }, /voices/],
    [{ name: "ada", model: [] }, /model/],
    [{ name: "ada", model: "m", runConfig: { voicee: "x" } }, /voicee/],
    [{ name: "ada", model: "m", tools: [7] }, /tools/],
    [{ name: "ada", model: "m", tools: [googleSearch, googleSearch] }, /two tools/],
  ])("%j", (definition, words) => {
    expect(() => agent(definition as never)).toThrow(words);
  });
});

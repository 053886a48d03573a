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

describe("[SETUP1] The relay must not send a model anything that the model forbids", () => {
  it("omits a setting that the model ignores", () => {
    const settings = {
      runConfig: { affectiveDialog: true, proactiveAudio: true, thinking: { budget: 5 } },
    };
    const on38 = setup(settings);
    expect(on38.generationConfig).toEqual({ responseModalities: ["AUDIO"] });
    expect(on38).not.toHaveProperty("proactivity");
    expect(setup(settings, "gemini-2.5-flash-native-audio-latest")).toMatchObject({
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
    ["gemini-3.8-live", { thinking: { budget: 0 } }, ["thinking.budget"]],
    ["gemini-3.1-flash-live-preview", { thinking: { budget: 9 } }, ["thinking.budget"]],
    ["gemini-2.5-flash-native-audio", { thinking: { level: "LOW" } }, ["thinking.level"]],
    ["gemini-3.8-live-extended-thinking", { thinking: { budget: 512 } }, []],
  ] as const)(
    "names an unsupported setting, with field and model: %s %j",
    (model, runConfig, fields) => {
      const { runConfig: settings } = agent({ name: "ada", model, runConfig });
      const errors = unsupportedSettings(settings, model, capabilitiesOf(model), "AI Studio");
      expect(errors.map((sentence) => sentence.split(" ")[0])).toEqual(fields);
      for (const sentence of errors) expect(sentence).toContain(model);
    },
  );
});

describe("[SETUP6] A required thinking setting is sent; two at once, and a missing voice, are refused", () => {
  const extended = "gemini-3.8-live-extended-thinking";
  const thinkingOf = (thinking?: object) =>
    setup({ runConfig: thinking ? { thinking } : {} }, extended).generationConfig?.thinkingConfig;
  const refusals = (model: string, runConfig: RunConfigDefinition) => {
    const made = agent({ name: "ada", model, runConfig });
    return unsupportedSettings(made.runConfig, model, capabilitiesOf(model), "AI Studio");
  };

  it("sends extended thinking its lowest level, or what the agent sets", () => {
    expect(thinkingOf()).toEqual({ thinkingLevel: "LOW" });
    expect(thinkingOf({ includeThoughts: true })).toEqual({
      thinkingLevel: "LOW",
      includeThoughts: true,
    });
    expect(thinkingOf({ level: "HIGH" })).toEqual({ thinkingLevel: "HIGH" });
    expect(thinkingOf({ budget: 512 })).toEqual({ thinkingBudget: 512 });
    expect(setup({}, "gemini-3.1-flash-live").generationConfig).not.toHaveProperty(
      "thinkingConfig",
    );
  });

  it("refuses a level and a budget at once, in words", () => {
    expect(refusals(extended, { thinking: { level: "LOW", budget: 9 } })).toEqual([
      `thinking.budget cannot be used with ${extended}: it takes a level or a budget, not both.`,
    ]);
  });

  it.each(["gemini-3.1-flash-live-preview", "gemini-2.5-flash-native-audio"])(
    "refuses %s a voice of the library, and takes the prebuilt ones in any case",
    (model) => {
      expect(refusals(model, { voice: "en-us-tavi" })).toEqual([
        `voice cannot be used with ${model}: it has no voice en-us-tavi, only Google's thirty prebuilt ones.`,
      ]);
      for (const voice of ["Kore", "kore", "Vindemiatrix"])
        expect(refusals(model, { voice })).toEqual([]);
      expect(refusals("gemini-3.8-live", { voice: "en-us-tavi" })).toEqual([]);
    },
  );
});

describe("[SETUP7] safety settings", () => {
  const harassment = {
    category: "HARM_CATEGORY_HARASSMENT",
    threshold: "BLOCK_ONLY_HIGH",
  } as const;
  const image = { category: "HARM_CATEGORY_IMAGE_HATE", threshold: "OFF" } as const;
  const model = "gemini-3.8-live";
  const errorsOn = (surface: "AI Studio" | "Vertex", settings: RunConfigDefinition): string[] => {
    const { runConfig } = agent({ name: "ada", model, runConfig: settings });
    return unsupportedSettings(runConfig, model, capabilitiesOf(model, surface), surface);
  };

  it("reach the setup as they are, and no setup without them", () => {
    const safetySettings = [harassment];
    expect(setup({ runConfig: { safetySettings } })).toMatchObject({ safetySettings });
    expect(setup({})).not.toHaveProperty("safetySettings");
  });

  it("two of one category, or an unknown one, are refused where they are declared", () => {
    const declare = (...safetySettings: unknown[]) =>
      agent({ name: "ada", model, runConfig: { safetySettings } as RunConfigDefinition });
    expect(() => declare(harassment, { ...harassment, threshold: "OFF" })).toThrow(
      "two settings of one category",
    );
    expect(() => declare({ ...harassment, category: "HARASSMENT" })).toThrow("safetySettings");
  });

  it("of images, or with a method, are Vertex's", () => {
    for (const setting of [image, { ...harassment, method: "SEVERITY" } as const]) {
      expect(errorsOn("AI Studio", { safetySettings: [setting] })).toEqual([
        expect.stringMatching(/^safetySettings .*gemini-3\.8-live: only Vertex takes/),
      ]);
      expect(errorsOn("Vertex", { safetySettings: [setting] })).toEqual([]);
    }
  });
});

describe("[SETUP2] Every setting must reach the setup where it is set, and only there", () => {
  it("defaults to speech, both transcripts, resumption and compression", () => {
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
    [{ languageHints: ["en-US"] }, { inputAudioTranscription: { languageCodes: ["en-US"] } }],
    [
      { inputTranscription: { vocabulary: ["Parley"] } },
      { inputAudioTranscription: { customVocabulary: ["Parley"] } },
    ],
    [
      { activityDetection: { by: "relay", prefixPaddingMs: 200 } },
      { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } },
    ],
    [
      { activityDetection: { by: "service", silenceDurationMs: 600 } },
      { realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 600 } } },
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

describe("[SETUP3] An instruction may read the state, by `{key}` or as a function of it", () => {
  it("inserts state by key, or calls the function with it", () => {
    const instructionOf = (instruction: Instruction) => setup({ instruction }).systemInstruction;
    const textPart = (text: string) => ({ parts: [{ text }] });
    expect(instructionOf("Hi {name}, {n} {gone?}{unknown}")).toEqual(
      textPart("Hi Ann, 3 {unknown}"),
    );
    expect(instructionOf((state) => `Hello ${state.get("name") as string}`)).toEqual(
      textPart("Hello Ann"),
    );
  });
});

describe("[SETUP5] `{{key}}` in an instruction must become the text `{key}`", () => {
  it.each([
    ["{{city}}", "{city}"],
    ["{{name}} is {name}", "{name} is Ann"],
    ["{{name?}}{{user:a.b}}", "{name?}{user:a.b}"],
    ['{{"a": 1}}', '{{"a": 1}}'],
    ["{{{name}}}", "{{Ann}}"],
    ["{name}{{name}}{name}", "Ann{name}Ann"],
    ["{{name}", "{Ann"],
  ])("%s → %s", (instruction, text) => {
    expect(setup({ instruction }).systemInstruction).toEqual({ parts: [{ text }] });
  });
});

describe("[AGENT1] The declaration of an invalid agent must throw, with its name and the field", () => {
  it.each([
    [{ name: "a b", model: "m" }, /name/],
    [{ name: "user", model: "m" }, /person/],
    [{ name: "ada", model: "" }, /model/],
    [{ name: "ada", model: "m", voices: "Kore" }, /voices/],
    [{ name: "ada", model: [] }, /model/],
    [{ name: "ada", model: "m", runConfig: { voicee: "x" } }, /voicee/],
    [{ name: "ada", model: "m", tools: [7] }, /tools/],
    [{ name: "ada", model: "m", tools: [googleSearch, googleSearch] }, /two tools/],
  ])("%j", (definition, text) => {
    expect(() => agent(definition as never)).toThrow(text);
  });
});

import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { capabilitiesOf } from "../../src/core/capabilities.ts";
import { setupOf } from "../../src/core/setup.ts";

describe("[SETUP1] never sends what the model forbids", () => {
  const setup = (affective: "optional" | "refused", proactive: "optional" | "always") =>
    setupOf(
      { model: "gemini-3.8-live", instruction: "Be kind.", voice: "Kore" },
      { proactivity: true, affectiveDialog: true },
      {
        ...capabilitiesOf("gemini-3.8-live"),
        affectiveDialog: affective,
        proactiveAudio: proactive,
      },
    ).setup;

  it("a wish the model cannot take is left out", () => {
    expect(setup("refused", "always").generationConfig).not.toHaveProperty("enableAffectiveDialog");
    expect(setup("refused", "always")).not.toHaveProperty("proactivity");
    expect(setup("optional", "optional")).toMatchObject({
      generationConfig: { enableAffectiveDialog: true },
      proactivity: { proactiveAudio: true },
    });
  });

  it("asks for speech, both transcripts, resumption and compression", () => {
    expect(setup("refused", "always")).toEqual({
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
});

describe("[AGENT1] a wrong agent is refused where it is declared, by name and field", () => {
  it.each([
    [{ name: "a b", model: "m" }, /name/],
    [{ name: "user", model: "m" }, /person/],
    [{ name: "ada", model: "" }, /model/],
    [{ name: "ada", model: "m", voices: "Kore" }, /voices/],
  ])("%j", (definition, words) => {
    expect(() => agent(definition as never)).toThrow(words);
  });
});

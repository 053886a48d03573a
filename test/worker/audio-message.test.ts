import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAudioMessage } from "../../src/upstream/upstream-socket.ts";

const audio = { mimeType: "audio/pcm;rate=24000", data: "AAECAwQFBgcICQoL" };
const studio = { serverContent: { modelTurn: { parts: [{ inlineData: audio }] } } };
const vertex = { serverContent: { modelTurn: { role: "model", parts: [{ inlineData: audio }] } } };

describe("[WIRE5] The short way of an audio message must give what the full parser gives, or nothing", () => {
  it.each([studio, vertex])("takes the service's framings of %j", (message) => {
    for (const indent of [0, 2, "\t"]) {
      const text = `${JSON.stringify(message, null, indent)}\n`;
      expect(parseAudioMessage(text)).toEqual(message);
    }
  });

  it.each([
    { serverContent: { ...studio.serverContent, turnComplete: true } },
    { ...studio, usageMetadata: { totalTokenCount: 1 } },
    { serverContent: { modelTurn: { parts: [{ inlineData: audio }, { inlineData: audio }] } } },
    { serverContent: { modelTurn: { parts: [{ inlineData: audio, thought: true }] } } },
    { serverContent: { modelTurn: { parts: [{ text: JSON.stringify(studio) }] } } },
    {
      serverContent: {
        modelTurn: { parts: [{ inlineData: { ...audio, mimeType: "image/png" } }] },
      },
    },
    { serverContent: { modelTurn: { parts: [{ inlineData: { ...audio, data: 'AA\\"A' } }] } } },
    { serverContent: { outputTranscription: { text: "Yes." } } },
  ])("leaves %j to the full parser", (message) => {
    expect(parseAudioMessage(JSON.stringify(message))).toBeUndefined();
  });

  it("leaves texts that are cut, joined or mutated to the full parser, unless both agree", () => {
    const text = JSON.stringify(studio, null, 2);
    // The framing of the latest audio is tried first.
    expect(parseAudioMessage(text)).toEqual(studio);
    const mutated = fc
      .tuple(fc.nat(text.length), fc.nat(3), fc.string({ maxLength: 3 }))
      .map(([at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.json()), (candidate) => {
        const parsed = parseAudioMessage(candidate);
        if (parsed !== undefined) expect(parsed).toEqual(JSON.parse(candidate));
      }),
      { numRuns: 5_000 },
    );
  });

  it("takes each framing, whichever the audio before it had", () => {
    const framings = [studio, vertex].flatMap((message) =>
      ["audio/pcm", "audio/pcm;rate=24000"].flatMap((mimeType) =>
        [0, 2].map((indent) =>
          JSON.stringify(message, null, indent).replace(audio.mimeType, mimeType),
        ),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...framings)), (texts) => {
        for (const text of texts) expect(parseAudioMessage(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

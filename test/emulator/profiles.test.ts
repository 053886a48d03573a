import { describe, expect, test } from "vitest";
import { findProfile, profiles } from "../../src/emulator/core/profiles/all.ts";
import { prebuiltVoices } from "../../src/emulator/core/profiles/voices.ts";
import { voiceNames } from "../../src/emulator/node/voice/voices.ts";
import { silence, tone } from "../support/scripted.ts";
import { callStep, callsIn, respond } from "./calls.ts";
import {
  audio,
  DEFAULT_SETUP,
  outline,
  type Received,
  outputTranscript,
  speak,
  startEmulator,
  STUDIO,
  sendText,
  VERTEX,
} from "./client.ts";

const ARGUMENT = "Request contains an invalid argument.";
const THINKING = "models/gemini-3.8-live-extended-thinking";
const LIVE = "models/gemini-3.8-live";
const FLASH = "models/gemini-3.1-flash-live-preview";
const NATIVE = "models/gemini-2.5-flash-native-audio";
const ALPHA = STUDIO.replace("v1beta", "v1alpha");

const thinks = { generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } };
const tool = (behavior: string): object => ({
  tools: [{ functionDeclarations: [{ name: "f", behavior }] }],
});
const generation = (generationConfig: object): object => ({ generationConfig });
const speech = (voiceConfig: object): object =>
  generation({ responseModalities: ["AUDIO"], speechConfig: { voiceConfig } });
const voiced = (voiceName: string): object => speech({ prebuiltVoiceConfig: { voiceName } });
const designed = (voice: string): object => speech({ voice });
const unknown = (name: string, path: string): string =>
  `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`;

async function closeOf(model: string, setup: object, path = STUDIO): Promise<string | undefined> {
  const { dial, ports } = startEmulator();
  const client = dial({ path });
  client.send({ setup: { ...DEFAULT_SETUP, model, ...setup } });
  await ports.clock.advance(1000);
  return client.closed?.reason;
}

describe("validation by profile", () => {
  test.each([
    [THINKING, {}, ARGUMENT],
    [THINKING, generation({ thinkingConfig: { thinkingLevel: "MINIMAL" } }), ARGUMENT],
    [THINKING, thinks, undefined],
    [THINKING, { ...thinks, ...tool("BLOCKING") }, ARGUMENT],
    [THINKING, { ...thinks, ...tool("NON_BLOCKING") }, undefined],
    [THINKING, generation({ thinkingConfig: { thinkingBudget: 512 } }), undefined],
    [
      THINKING,
      generation({ thinkingConfig: { thinkingBudget: 512, thinkingLevel: "LOW" } }),
      ARGUMENT,
    ],
    [FLASH, generation({ thinkingConfig: { thinkingLevel: "MINIMAL" } }), undefined],
    [FLASH, generation({ thinkingConfig: { thinkingBudget: 512 } }), ARGUMENT],
    [FLASH, voiced("en-us-tavi"), "no matching speaker voice"],
    [FLASH, voiced("kore"), undefined],
    [FLASH, designed("v-123"), "no matching speaker voice"],
    [LIVE, voiced("en-us-tavi"), undefined],
    [LIVE, designed("v-123"), undefined],
    [LIVE, generation({ thinkingConfig: { thinkingBudget: 0 } }), ARGUMENT],
    [LIVE, generation({ thinkingConfig: { includeThoughts: true } }), ARGUMENT],
    [
      LIVE,
      generation({ responseModalities: ["AUDIO", "VIDEO"] }),
      "The requested combination of response modalities (AUDIO, VIDEO) is not supported by the model.",
    ],
    [FLASH, tool("NON_BLOCKING"), ARGUMENT],
    [FLASH, { proactivity: { proactiveAudio: true } }, ARGUMENT],
    [NATIVE, generation({ thinkingConfig: { thinkingBudget: 0 } }), undefined],
    [NATIVE, generation({ thinkingConfig: { thinkingLevel: "LOW" } }), ARGUMENT],
    [NATIVE, tool("NON_BLOCKING"), undefined],
    [NATIVE, { tools: [{ codeExecution: {} }, { urlContext: {} }] }, undefined],
    [
      FLASH,
      { tools: [{ codeExecution: {} }] },
      "Operation is not implemented, or supported, or enabled.",
    ],
    [
      NATIVE,
      generation({ speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } }),
      "Cannot extract voices from a non-audio request.",
    ],
    [
      NATIVE,
      generation({ enableAffectiveDialog: true }),
      unknown("enableAffectiveDialog", "setup.generation_config"),
    ],
    [NATIVE, { proactivity: { proactiveAudio: true } }, unknown("proactivity", "setup")],
  ])("[EMU13] %s with %o", async (model, setup, reason) => {
    expect(await closeOf(model, setup)).toBe(reason);
  });

  test("[EMU13] Vertex documents VIDEO output, which the emulator has not", async () => {
    const model = "projects/p/locations/l/publishers/google/models/gemini-3.8-live";
    const modalities = (...responseModalities: string[]) => generation({ responseModalities });
    expect(await closeOf(model, modalities("AUDIO", "VIDEO"), VERTEX)).toBe(
      "Operation is not implemented, or supported, or enabled.",
    );
    expect(await closeOf(model, modalities("TEXT"), VERTEX)).toMatch(/modalities \(TEXT\)/);
  });

  test("[EMU73] the voices that every model has are those that the voice synthesizes", () => {
    expect([...prebuiltVoices].toSorted()).toEqual(voiceNames.toSorted());
  });

  test("[EMU13] gemini-2.5 accepts affective dialog and proactivity in v1alpha", async () => {
    const setup = {
      ...generation({ enableAffectiveDialog: true }),
      proactivity: { proactiveAudio: false },
    };
    expect(await closeOf(NATIVE, setup, ALPHA)).toBeUndefined();
  });

  test.each([
    { temperature: 2.5 },
    { topP: -0.1 },
    { topK: 0 },
    { maxOutputTokens: 0 },
    { candidateCount: 2 },
    { temperature: "NaN" },
  ])("[EMU13] %o is outside the generation limits", async (generationConfig) => {
    expect(await closeOf("models/gemini-3.8-live", { generationConfig })).toBe(ARGUMENT);
  });

  test("[EMU54] each profile is found by its names on its surfaces only", () => {
    for (const profile of profiles) {
      for (const surface of profile.surfaces) {
        for (const name of [profile.name, ...profile.aliases])
          expect(findProfile(name, surface)).toBe(profile);
      }
    }
    expect(findProfile("gemini-live-2.5-flash-native-audio", "studio")).toBeUndefined();
  });

  test("[EMU54] a forced profile answers for every model", async () => {
    const { dial, ports } = startEmulator({ profile: "gemini-2.5-flash-native-audio" });
    const client = dial();
    client.send({ setup: { ...DEFAULT_SETUP, model: "models/gemini-99" } });
    await ports.clock.advance(500);
    client.send({ realtimeInput: { mediaChunks: [audio(tone(20))] } });
    expect(client.closed).toBeUndefined();
  });
});

describe("behaviour by profile", () => {
  test("[EMU20] gemini-2.5 transcribes in deltas, without voice activity", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready({ model: NATIVE });
    const words = "Could you tell me what time it is in Paris?";
    ports.recognizer.transcripts.push(words);
    await speak(client, ports, tone(1000));
    await speak(client, ports, silence(1500));
    const messages = client.take();
    const parts = messages.flatMap((m) => m.serverContent?.inputTranscription?.text ?? []);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.join("")).toBe(words);
    expect(messages.every((m) => m.voiceActivity === undefined)).toBe(true);
  });

  test("[EMU21] audio and transcript share a frame only where the profile says so", async () => {
    const shared = async (model: string): Promise<boolean[]> => {
      const { ports, ready } = startEmulator();
      const client = await ready({ model });
      sendText(client, "say something");
      await ports.clock.advance(5000);
      const spoken = client.take().flatMap((m) => m.serverContent ?? []);
      return spoken
        .filter((content) => content.outputTranscription !== undefined)
        .map((content) => content.modelTurn !== undefined);
    };
    expect(new Set(await shared(FLASH))).toEqual(new Set([true]));
    expect(new Set(await shared("models/gemini-3.8-live"))).toEqual(new Set([false]));
  });

  test("[EMU20] a chunk's transcript precedes or follows its audio", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    sendText(client, "one two three four five six seven eight nine ten eleven twelve");
    await ports.clock.advance(8000);
    const kinds = outlineOfSpeech(client.take());
    expect(kinds).toContain("audio words");
    expect(kinds).toContain("words audio");
  });

  test("[EMU44] gemini-2.5 accepts mediaChunks: the first one, of either kind", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready({ model: NATIVE });
    const chunks = [audio(tone(1000)), audio(tone(5000))];
    client.send({ realtimeInput: { mediaChunks: chunks } });
    client.send({ realtimeInput: { mediaChunks: [audio(silence(1500))] } });
    client.send({ realtimeInput: { mediaChunks: [{ mimeType: "image/jpeg", data: "AAAA" }] } });
    await ports.clock.advance(3000);
    expect(outline(client.take())).toContain("turnComplete");
    expect(ports.brain.contexts[0]?.frame?.mimeType ?? "image/jpeg").toBe("image/jpeg");
    expect(ports.recognizer.asked[0]).toBeLessThan(20_000);
  });

  test("[EMU24] gemini-2.5 ends an utterance at audioStreamEnd", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready({ model: NATIVE });
    await speak(client, ports, tone(1000));
    client.send({ realtimeInput: { audioStreamEnd: true } });
    await ports.clock.advance(3000);
    expect(outline(client.take())).toContain("turnComplete");
  });

  test("[EMU22] extended thinking: a filler turn that is IN_PROGRESS, the call, and IDLE at the end", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([callStep("f")], [{ say: "It is done." }]);
    const client = await ready({ model: THINKING, ...thinks, ...tool("NON_BLOCKING") });
    sendText(client, "do it");
    await ports.clock.advance(8000);
    const before = client.take();
    expect(outline(before)).toEqual(["speech", "generationComplete", "turnComplete", "toolCall"]);
    expect(before.at(-2)?.serverContent?.interactionStatus).toBe("IN_PROGRESS");
    expect(before.at(-1)?.interactionStatus).toBe("IN_PROGRESS");
    respond(client, callsIn(before)[0]?.id ?? "", { scheduling: "SILENT" });
    await ports.clock.advance(8000);
    const after = client.take();
    expect(outputTranscript(after)).toBe("It is done.");
    expect(after.at(-1)?.serverContent).toEqual({ turnComplete: true, interactionStatus: "IDLE" });
  });

  test("[EMU28] gemini-2.5 replies to an INTERRUPT response while the user speaks", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([callStep("f")], [{ say: "Listen to this." }]);
    const client = await ready({ model: NATIVE, ...tool("NON_BLOCKING") });
    sendText(client, "do it");
    await ports.clock.advance(2000);
    const [calls] = callsIn(client.take());
    await speak(client, ports, tone(400));
    respond(client, calls?.id ?? "", { scheduling: "INTERRUPT" });
    await speak(client, ports, tone(1200));
    expect(outputTranscript(client.take())).toContain("Listen");
  });

  test("[EMU27] each profile has its own format of call ids", async () => {
    const id = async (model: string, behavior: string): Promise<string> => {
      const { ports, ready } = startEmulator();
      ports.brain.replies.push([callStep("f")]);
      const client = await ready({ model, ...tool(behavior) });
      sendText(client, "do it");
      await ports.clock.advance(2000);
      return callsIn(client.take())[0]?.id ?? "";
    };
    expect(await id(NATIVE, "BLOCKING")).toMatch(/^function-call-\d{19}$/);
    expect(await id("models/gemini-3.8-live", "BLOCKING")).toMatch(/^call_\d{6,7}$/);
  });

  test("[EMU15] gemini-2.5: history must not end with model content, and audio as the first input discards it", async () => {
    const historyConfig = { initialHistoryInClientContent: true };
    const { ports, ready } = startEmulator();
    const turn = (role: string): object => ({ role, parts: [{ text: `the ${role}'s` }] });
    const wrong = await ready({ model: NATIVE, historyConfig });
    wrong.send({ clientContent: { turns: [turn("user"), turn("model")], turnComplete: true } });
    expect(wrong.closed?.reason).toBe(ARGUMENT);
    for (const first of ["audio", "text"]) {
      const client = await ready({ model: NATIVE, historyConfig });
      client.send({ clientContent: { turns: [turn("user")], turnComplete: true } });
      if (first === "audio") await speak(client, ports, silence(100));
      sendText(client, "hi");
      await ports.clock.advance(3000);
      expect(ports.brain.contexts.at(-1)?.history).toHaveLength(first === "audio" ? 1 : 2);
    }
  });

  test("[EMU16] maxOutputTokens ends a reply early", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: "one two three four five six seven eight nine ten." }]);
    const client = await ready(generation({ maxOutputTokens: 25 }));
    sendText(client, "count");
    await ports.clock.advance(8000);
    const messages = client.take();
    expect(messages.at(-1)?.usageMetadata?.responseTokenCount).toBeGreaterThanOrEqual(25);
    expect(messages.at(-1)?.usageMetadata?.responseTokenCount).toBeLessThan(33);
    expect(outline(messages)).toEqual(["speech", "generationComplete", "turnComplete"]);
  });

  test("[EMU38] mediaResolution sets the tokens of a video frame", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready(generation({ mediaResolution: "MEDIA_RESOLUTION_LOW" }));
    client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
    sendText(client, "hi");
    await ports.clock.advance(3000);
    expect(client.take().at(-1)?.usageMetadata?.promptTokensDetails).toContainEqual({
      modality: "VIDEO",
      tokenCount: 64,
    });
  });
});

/** For each pair of speech frames, which came first. */
function outlineOfSpeech(messages: readonly Received[]): string[] {
  const kinds = messages
    .map(({ serverContent = {} }) => ("modelTurn" in serverContent ? "audio" : "words"))
    .slice(0, -2);
  return kinds.flatMap((kind, i) => (i % 2 === 0 ? [`${kind} ${kinds[i + 1]}`] : []));
}

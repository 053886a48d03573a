import { describe, expect, test } from "vitest";
import { DEFAULT_SETUP, outline, startEmulator, VERTEX } from "./client.ts";

const ARGUMENT = "Request contains an invalid argument.";

async function closeOf(setup: object): Promise<{ code: number; reason: string } | undefined> {
  const { dial, ports } = startEmulator();
  const client = dial();
  client.send({ setup: { ...DEFAULT_SETUP, ...setup } });
  await ports.clock.advance(1000);
  return client.closed;
}

describe("setup sequence", () => {
  test("[EMU8] the server is silent until setup, and any other first message is refused", async () => {
    const { dial, ports } = startEmulator();
    const client = dial();
    await ports.clock.advance(60_000);
    expect(client.messages).toEqual([]);
    client.send({ realtimeInput: { text: "hi" } });
    expect(client.closed).toEqual({ code: 1007, reason: ARGUMENT });
  });

  test.each([0, 1000])("[EMU8] a second setup, %i ms after the first, is refused", async (ms) => {
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send({ setup: DEFAULT_SETUP });
    await ports.clock.advance(ms);
    client.send({ setup: DEFAULT_SETUP });
    expect(client.closed).toEqual({ code: 1007, reason: ARGUMENT });
  });

  test("[EMU14] setupComplete is sent after about 260 ms, first and alone", async () => {
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {} } });
    await ports.clock.advance(1000);
    expect(outline(client.messages)).toEqual(["setupComplete", "sessionResumptionUpdate"]);
    const [complete, update] = client.messages;
    expect(complete).toMatchObject({ setupComplete: {} });
    expect(complete?.at).toBeGreaterThan(200);
    expect(complete?.at).toBeLessThan(320);
    expect((update?.at ?? 0) - (complete?.at ?? 0)).toBeGreaterThan(90);
  });

  test("[EMU14] only Vertex sends the session id", async () => {
    const { dial, ports } = startEmulator();
    const client = dial({ path: VERTEX });
    const model = "projects/p/locations/l/publishers/google/models/gemini-3.8-live";
    client.send({ setup: { ...DEFAULT_SETUP, model } });
    await ports.clock.advance(500);
    expect(client.messages[0]?.setupComplete?.sessionId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("[EMU14] messages sent before setupComplete are processed after it", async () => {
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send({ setup: DEFAULT_SETUP });
    client.send({ realtimeInput: { text: "hi" } });
    await ports.clock.advance(5000);
    expect(outline(client.messages)).toEqual([
      "setupComplete",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU15] contents before the first turnComplete are history and get no reply", async () => {
    const { ready, ports } = startEmulator();
    const client = await ready({ historyConfig: { initialHistoryInClientContent: true } });
    const turns = [
      { role: "user", parts: [{ text: "my name is Ann" }] },
      { role: "model", parts: [{ text: "Hello Ann" }] },
    ];
    client.send({ clientContent: { turns: turns.slice(0, 1) } });
    client.send({ clientContent: { turns: turns.slice(1), turnComplete: true } });
    await ports.clock.advance(3000);
    expect(client.take()).toEqual([]);
    client.send({ realtimeInput: { text: "who am I?" } });
    await ports.clock.advance(3000);
    expect(ports.brain.contexts[0]?.history).toEqual([
      ...turns,
      { role: "user", parts: [{ text: "who am I?" }] },
    ]);
    client.send({ clientContent: { turns: turns.slice(0, 1), turnComplete: true } });
    await ports.clock.advance(3000);
    expect(ports.brain.contexts).toHaveLength(2);
  });
});

describe("models", () => {
  test("[EMU12] an unknown model is refused with the truncated text", async () => {
    expect(await closeOf({ model: "models/gemini-2.0-flash-live-001" })).toEqual({
      code: 1008,
      reason:
        "models/gemini-2.0-flash-live-001 is not found for API version v1beta, or is not supported for bidiGenerateContent. Call Lis",
    });
  });

  test.each([
    [
      { generationConfig: { responseModalities: ["TEXT"] } },
      "The requested combination of response modalities (TEXT) is not supported by the model.",
    ],
    [
      { generationConfig: { responseModalities: ["AUDIO", "TEXT"] } },
      "The requested combination of response modalities (AUDIO, TEXT) is not supported by the model.",
    ],
    [{ generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } }, ARGUMENT],
    [{ generationConfig: { enableAffectiveDialog: true } }, ARGUMENT],
    [{ proactivity: { proactiveAudio: false } }, ARGUMENT],
    [{ generationConfig: { responseMimeType: "application/json" } }, ARGUMENT],
    [
      { systemInstruction: { parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] } },
      ARGUMENT,
    ],
  ])("[EMU13] gemini-3.8-live refuses %o", async (setup, reason) => {
    expect(await closeOf(setup)).toEqual({ code: 1007, reason });
  });

  test("[EMU13] gemini-3.8-live accepts its documented options", async () => {
    const closed = await closeOf({
      proactivity: { proactiveAudio: true },
      tools: [
        {
          functionDeclarations: [
            { name: "f", behavior: "BLOCKING" },
            { name: "g", behavior: "NON_BLOCKING" },
          ],
        },
        { googleSearch: {} },
      ],
    });
    expect(closed).toBeUndefined();
  });
});

describe("[EMU65] an empty member of an enum is refused, at any depth", () => {
  const declared = (x: object) =>
    closeOf({
      tools: [
        {
          functionDeclarations: [
            { name: "f", parameters: { type: "OBJECT", properties: { enum: x } } },
          ],
        },
      ],
    });

  test.each([
    { type: "STRING", enum: ["list", ""] },
    { type: "ARRAY", items: { type: "STRING", enum: [""] } },
    { anyOf: [{ type: "STRING", enum: ["", "a"] }, { type: "NUMBER" }] },
  ])("%o", async (x) => {
    expect(await declared(x)).toEqual({ code: 1007, reason: ARGUMENT });
  });

  test.each([
    { type: "STRING", enum: ["list"], default: "" },
    { type: "OBJECT", default: { enum: [""] }, properties: { enum: { type: "STRING" } } },
  ])("%o is accepted", async (x) => {
    expect(await declared(x)).toBeUndefined();
  });
});

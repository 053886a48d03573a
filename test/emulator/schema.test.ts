import { describe, expect, test } from "vitest";
import { DEFAULT_SETUP, outline, startEmulator } from "./client.ts";

const ARGUMENT = "Request contains an invalid argument.";

async function closeOf(setup: object): Promise<{ code: number; reason: string } | undefined> {
  const { dial, ports } = startEmulator();
  const client = dial();
  client.send({ setup: { ...DEFAULT_SETUP, ...setup } });
  await ports.clock.advance(1000);
  return client.closed;
}

describe("the schema", () => {
  test.each([
    [{ sessionResumption: { transparent: true } }, "transparent", "setup.session_resumption"],
    [{ generationConfig: { fooBar: 1 } }, "fooBar", "setup.generation_config"],
    [
      { generation_config: { speech_config: { x: 1 } } },
      "x",
      "setup.generation_config.speech_config",
    ],
    [{ explicitVadSignal: true }, "explicitVadSignal", "setup"],
    [
      {
        tools: [
          {},
          { functionDeclarations: [{ name: "f", parameters: { type: "OBJECT", oneOf: [] } }] },
        ],
      },
      "oneOf",
      "setup.tools[1].function_declarations[0].parameters",
    ],
    [
      { tools: [{ functionDeclarations: [{ parameters: { properties: { a: { const: 1 } } } }] }] },
      "const",
      "setup.tools[0].function_declarations[0].parameters.properties[0].value",
    ],
  ])("[EMU9] %o has an unknown name", async (setup, name, path) => {
    expect(await closeOf(setup)).toEqual({
      code: 1007,
      reason:
        `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`.slice(
          0,
          123,
        ),
    });
  });

  test("[EMU9] the error for an unknown kind of message names it", () => {
    const client = startEmulator().dial();
    client.send({ hello: {} });
    expect(client.closed?.reason).toBe(
      'Invalid JSON payload received. Unknown name "hello": Cannot find field.',
    );
  });

  test.each([
    [
      { generationConfig: { temperature: "hot" } },
      "Invalid value at 'setup.generation_config.temperature' (TYPE_FLOAT), \"hot\"",
    ],
    [
      { generationConfig: { maxOutputTokens: 1.5 } },
      "Invalid value at 'setup.generation_config.max_output_tokens' (TYPE_INT32), 1.5",
    ],
    [
      { generationConfig: { responseModalities: ["SMELL"] } },
      "Invalid value at 'setup.generation_config.response_modalities[0]' (type.googleapis.com/google.ai.generativelanguage.v1beta.GenerationConfig.Modality)",
    ],
    [
      { model: ["m"] },
      "Invalid JSON payload received. Unknown name \"model\" at 'setup': Proto field is not repeating, cannot start list.",
    ],
    [
      { systemInstruction: "be kind" },
      "Invalid value at 'setup.system_instruction' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content), \"be kind\"",
    ],
  ])("[EMU9] %o has a wrong type", async (setup, reason) => {
    expect(await closeOf(setup)).toEqual({ code: 1007, reason: reason.slice(0, 123) });
  });

  test("[EMU9] unlimited nesting is refused", async () => {
    let schema: object = {};
    for (let i = 0; i < 5000; i++) schema = { items: schema };
    const closed = await closeOf({
      tools: [{ functionDeclarations: [{ name: "f", parameters: schema }] }],
    });
    expect(closed).toMatchObject({
      code: 1007,
      reason: expect.stringContaining("Message too deep"),
    });
    let plain: object = {};
    for (let i = 0; i < 5000; i++) plain = { x: plain };
    const other = await closeOf({
      tools: [{ functionDeclarations: [{ parametersJsonSchema: plain }] }],
    });
    expect(other).toMatchObject({
      code: 1007,
      reason: expect.stringContaining("Message too deep"),
    });
  });

  test("[EMU10] both casings are read at every level, mixed; int64 as string or number; enums by number or in any case; null as absent", async () => {
    const setup = {
      generation_config: {
        response_modalities: [3],
        maxOutputTokens: "1024",
        speechConfig: { voice_config: { prebuiltVoiceConfig: { voice_name: "Kore" } } },
      },
      system_instruction: { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      realtimeInputConfig: {
        automatic_activity_detection: { silence_duration_ms: 500 },
        turn_coverage: "turn-includes-only-activity",
      },
      tools: [{ functionDeclarations: [{ name: "look", parameters: { type: "object" } }] }],
      contextWindowCompression: { trigger_tokens: "25600", slidingWindow: { targetTokens: 12800 } },
      outputAudioTranscription: null,
      proactivity: null,
    };
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send({ setup: { model: "models/gemini-3.1-flash-live-preview", ...setup } });
    await ports.clock.advance(500);
    client.send({ realtime_input: { text: "hi" } });
    await ports.clock.advance(3000);
    expect(client.closed).toBeUndefined();
    expect(ports.synthesizer.synthesized[0]?.name).toBe("Kore");
    expect(ports.brain.contexts[0]?.instruction).toBe("a\n\nb");
    expect(outline(client.messages)).not.toContain("inputTranscript");
    expect(client.messages.some((m) => m.serverContent?.outputTranscription !== undefined)).toBe(
      false,
    );
  });

  test("[EMU11] a frame holds one kind of message", async () => {
    const client = await startEmulator().ready();
    client.send({ realtimeInput: { text: "a" }, clientContent: { turnComplete: true } });
    expect(client.closed).toEqual({
      code: 1007,
      reason:
        "Invalid value (oneof), oneof field 'message_type' is already set. Cannot set 'clientContent'",
    });
    const empty = await startEmulator().ready();
    empty.send({});
    expect(empty.closed).toEqual({ code: 1007, reason: ARGUMENT });
  });
});

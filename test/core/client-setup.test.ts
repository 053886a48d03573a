import { describe, expect, it } from "vitest";
import {
  differingFields,
  mergeSetup,
  parseClientSetup,
  type ClientSetup,
} from "../../src/core/live-api/client-setup.ts";
import { isClientError } from "../../src/core/errors.ts";
import { normalizeFields } from "../../src/core/live-api/proto-json.ts";
import {
  applyTokenSetup,
  parseTokenTerms,
  type EphemeralTokenTerms,
} from "../../src/core/live-api/ephemeral-token.ts";

function read(setup: object): ClientSetup {
  const reading = parseClientSetup(setup as never);
  if (isClientError(reading)) throw new Error(reading.message);
  return reading.setup;
}

const over = (own: object, fields: object) =>
  mergeSetup({ setup: own }, fields as never).setup as Record<string, unknown>;

describe("[LIVE17] The relay must merge a client's setup into the agent's field by field", () => {
  it("keeps the agent's other fields and concatenates instructions and tools", () => {
    const own = {
      model: "models/m",
      generationConfig: { temperature: 1, topK: 2 },
      systemInstruction: { parts: [{ text: "a" }] },
      tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
      sessionResumption: { handle: "google's" },
    };
    const client = {
      generationConfig: { temperature: 0 },
      systemInstruction: { role: "user", parts: [{ text: "b" }] },
      tools: [{ googleSearch: { x: 1 }, codeExecution: {} }],
      labels: { a: "b" },
    };
    expect(over(own, client)).toEqual({
      ...own,
      generationConfig: { temperature: 0, topK: 2 },
      systemInstruction: { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      tools: [...own.tools, { codeExecution: {} }],
      labels: { a: "b" },
    });
    expect(over(own, {})).toEqual(own);
  });

  it("keeps model, resumption, history and the client's functions out of the fields", () => {
    const setup = read({
      model: "projects/p/locations/l/publishers/google/models/m",
      tools: [{ functionDeclarations: [{ name: "f" }], googleSearch: {} }],
      sessionResumption: { handle: "h" },
      historyConfig: { initialHistoryInClientContent: true },
      proactivity: {},
    });
    expect(setup).toEqual({
      model: "m",
      fields: { tools: [{ googleSearch: {} }], proactivity: {} },
      functions: [{ name: "f" }],
      seeds: true,
    });
  });

  it.each([
    ["no model", {}],
    ["tools that are no list", { model: "m", tools: {} }],
    ["a function without a name", { model: "m", tools: [{ functionDeclarations: [{}] }] }],
    [
      "more function names than an attachment holds",
      {
        model: "m",
        tools: [
          {
            functionDeclarations: Array.from({ length: 1000 }, (_, at) => ({
              name: `function_${at}`,
            })),
          },
        ],
      },
    ],
    ["a tool whose options are none", { model: "m", tools: [{ codeExecution: 5 }] }],
    ["a function of no name", { model: "m", tools: [{ functionDeclarations: [{ name: "a b" }] }] }],
  ])("refuses %s with an error text", (_, setup) => {
    expect(parseClientSetup(setup as never)).toMatchObject({ code: "BAD_FRAME", close: 1007 });
  });

  it.each(["retrieval", "googleMaps", "mcpServers", "enterpriseWebSearch", "__proto__"])(
    "refuses a tool that would use the server's account: %s",
    (name) => {
      const tools = [{ googleSearch: {} }, { codeExecution: {}, [name]: {} }];
      expect(parseClientSetup({ model: "m", tools })).toMatchObject({
        code: "BAD_FRAME",
        close: 1007,
        message: expect.stringContaining(`the tool ${name} is not`),
      });
    },
  );

  it("allows the model's built-in tools", () => {
    const tools = ["googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext"].map(
      (name) => ({ [name]: {} }),
    );
    expect(read({ model: "m", tools }).fields).toEqual({ tools });
  });

  it("names the fields in which two setups differ", () => {
    const one = read({ model: "m", generationConfig: { topK: 1 }, labels: {} });
    expect(differingFields(one, one)).toEqual([]);
    expect(
      differingFields(
        one,
        read({ model: "n", labels: {}, tools: [{ functionDeclarations: [{ name: "f" }] }] }),
      ),
    ).toEqual(["generationConfig", "model", "functionDeclarations"]);
  });
});

describe("[LIVE18] The relay must accept field names in either casing at every level", () => {
  it("converts fields at every level and leaves arguments, responses, schemas and names as they are", () => {
    expect(
      normalizeFields({
        client_content: {
          turns: [{ parts: [{ inline_data: { mime_type: "x" } }] }],
          turnComplete: true,
        },
        tool_response: { function_responses: [{ response: { a_b: 1 } }] },
        parameters: { properties: { my_name: { min_items: "1" } } },
        parameters_json_schema: { $defs: { a_b: {} } },
        labels: { safety_identifier: "u" },
        topP: 1,
      }),
    ).toEqual({
      clientContent: {
        turns: [{ parts: [{ inlineData: { mimeType: "x" } }] }],
        turnComplete: true,
      },
      toolResponse: { functionResponses: [{ response: { a_b: 1 } }] },
      parameters: { properties: { my_name: { minItems: "1" } } },
      parametersJsonSchema: { $defs: { a_b: {} } },
      labels: { safety_identifier: "u" },
      topP: 1,
    });
  });
});

describe("[LIVE27] a field that is null counts as absent", () => {
  it("at every level, but not within the user's own values, in lists and under chosen names", () => {
    expect(
      normalizeFields({
        realtime_input: { text: "hi", audio: null, media_chunks: null },
        toolResponse: {
          functionResponses: [
            { name: "f", response: { a: null, b: [null] }, willContinue: null },
            { name: "g", response: null },
          ],
        },
        turns: { parts: { function_call: { name: "f", args: { city: null } }, text: null } },
        tools: [{ googleMaps: null, functionDeclarations: { name: "f", parameters: null } }],
        parameters: { properties: { city: null, my_name: { type: "STRING", items: null } } },
        parametersJsonSchema: { const: null },
        labels: { team: null },
        stopSequences: ["a", null],
      }),
    ).toEqual({
      realtimeInput: { text: "hi" },
      toolResponse: {
        functionResponses: [{ name: "f", response: { a: null, b: [null] } }, { name: "g" }],
      },
      turns: [{ parts: [{ functionCall: { name: "f", args: { city: null } } }] }],
      tools: [{ functionDeclarations: [{ name: "f" }] }],
      parameters: { properties: { city: null, my_name: { type: "STRING" } } },
      parametersJsonSchema: { const: null },
      labels: { team: null },
      stopSequences: ["a", null],
    });
  });

  it("so a named agent keeps what the client leaves null, and the client asks for nothing by null", () => {
    const own = {
      generationConfig: { temperature: 1 },
      systemInstruction: { parts: [{ text: "a" }] },
      tools: [{ googleSearch: {} }],
    };
    const parsed = parseClientSetup(
      normalizeFields({
        model: "m",
        generationConfig: { temperature: null, topK: 2 },
        systemInstruction: null,
        tools: null,
        realtimeInputConfig: null,
        inputAudioTranscription: null,
        output_audio_transcription: null,
        sessionResumption: { handle: null },
      }) as never,
    );
    if (isClientError(parsed)) throw new Error(parsed.message);
    expect(parsed.setup).toEqual({
      model: "m",
      fields: { generationConfig: { topK: 2 } },
      functions: [],
      seeds: false,
    });
    expect(parsed.preferences).toEqual({
      handle: "",
      inputTranscription: false,
      outputTranscription: false,
    });
    expect(over(own, parsed.setup.fields)).toEqual({
      ...own,
      generationConfig: { temperature: 1, topK: 2 },
    });
  });

  it("so a tool that would use the server's account may be null", () => {
    const tools = [{ functionDeclarations: [{ name: "f" }], retrieval: null, googleMaps: null }];
    const { functions } = read(normalizeFields({ model: "m", tools }) as object);
    expect(functions).toEqual([{ name: "f" }]);
  });

  it("in the terms of an ephemeral token too", () => {
    const body = {
      uses: null,
      expire_time: null,
      bidi_generate_content_setup: null,
      field_mask: null,
    };
    const context = termsContext(Date.UTC(2026, 0, 1));
    expect(parseTokenTerms(normalizeFields(body) as never, context)).toEqual(
      parseTokenTerms({}, context),
    );
  });
});

const termsContext = (now: number, latestEnd = Infinity) => ({
  now,
  latestEnd,
  parseTime: Date.parse,
});

describe("[LIVE19] An ephemeral token's terms must have defaults and bounds", () => {
  const now = Date.UTC(2026, 0, 1);
  const terms = (body: object, latestEnd?: number) =>
    parseTokenTerms(body as never, termsContext(now, latestEnd)) as EphemeralTokenTerms;

  it("[TOKEN9] ends at the latest with the token that makes it", () => {
    expect(terms({}, now + 6_000)).toMatchObject({
      expiresAt: now + 6_000,
      newSessionsUntil: now + 6_000,
    });
    expect(terms({ expireTime: "2026-01-01T19:00:00Z" }, now + 6_000).expiresAt).toBe(now + 6_000);
    expect(terms({}, now + 90_000)).toMatchObject({
      expiresAt: now + 90_000,
      newSessionsUntil: now + 60_000,
    });
  });

  it("defaults to one use, half an hour, and a minute for new sessions", () => {
    expect(terms({})).toEqual({
      uses: 1,
      expiresAt: now + 1_800_000,
      newSessionsUntil: now + 60_000,
      setup: undefined,
      mask: undefined,
    });
    expect(
      terms({
        uses: 0,
        expireTime: "2026-01-01T00:00:30Z",
        newSessionExpireTime: "2026-01-01T01:00:00Z",
      }),
    ).toMatchObject({ uses: undefined, expiresAt: now + 30_000, newSessionsUntil: now + 30_000 });
  });

  it.each([
    [{ uses: 1.5 }],
    [{ uses: "many" }],
    [{ uses: "" }],
    [{ uses: " " }],
    [{ uses: "0x0" }],
    [{ liveConnectConstraints: { model: "m" } }],
    [{ config: { uses: 1 } }],
    [{ bidiGenerateContentSetups: {} }],
    [{ bidiGenerateContentSetup: { systemInstruction: {} }, fieldMask: "systemInstructions" }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "generationConfig.temprature" }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "tools,constructor" }],
    [{ bidiGenerateContentSetup: { model: "m" }, fieldMask: "model.length" }],
    [{ expireTime: "2026-01-02T00:00:00Z" }],
    [{ expireTime: "2025-12-31T23:59:59Z" }],
    [{ newSessionExpireTime: "soon" }],
    [{ bidiGenerateContentSetup: [] }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "a b" }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "a-b" }],
  ])("refuses %j", (body) => {
    expect(terms(body)).toEqual(expect.any(String));
  });

  it("fixes the fields that the mask names, also to nothing; the handle stays the client's", () => {
    const locked = (mask: string | undefined, given: object) =>
      applyTokenSetup(
        given as never,
        terms({
          bidiGenerateContentSetup: { model: "m", generationConfig: { topK: 1 } },
          ...(mask && { fieldMask: mask }),
        }),
      );
    const given = {
      model: "x",
      generationConfig: { topK: 9, topP: 1 },
      tools: [],
      sessionResumption: { handle: "h", more: 1 },
    };
    expect(locked(undefined, given)).toEqual({
      model: "m",
      generationConfig: { topK: 1 },
      sessionResumption: { handle: "h" },
    });
    expect(locked("generationConfig.topK,tools", given)).toEqual({
      model: "x",
      generationConfig: { topK: 1, topP: 1 },
      sessionResumption: { handle: "h", more: 1 },
    });
    expect(locked("generationConfig.seed", { model: "x" })).toEqual({
      model: "x",
      generationConfig: {},
    });
  });

  it.each(["realtimeInputConfig.automaticActivityDetection", "sessionResumption.transparent"])(
    "locks %s to nothing",
    (fieldMask) => {
      expect(terms({ bidiGenerateContentSetup: { model: "m" }, fieldMask }).mask).toEqual([
        fieldMask,
      ]);
    },
  );

  it("takes a field that it does not know, if the setup has it", () => {
    const setup = { later: { part: 1 } };
    for (const fieldMask of ["later", "later.part"])
      expect(terms({ bidiGenerateContentSetup: setup, fieldMask }).mask).toEqual([fieldMask]);
  });
});

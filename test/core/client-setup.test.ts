import { describe, expect, it } from "vitest";
import {
  differingFields,
  mergeSetup,
  parseClientSetup,
  type ClientSetup,
} from "../../src/core/live-api/client-setup.ts";
import { isClientError } from "../../src/core/errors.ts";
import { toCamelCaseFields } from "../../src/core/live-api/proto-json.ts";
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

describe("[LIVE17] a client's setup is laid over the agent's field by field", () => {
  it("what it does not name stays the agent's; instructions and tools are added up", () => {
    const own = {
      model: "models/m",
      generationConfig: { temperature: 1, topK: 2 },
      systemInstruction: { parts: [{ text: "a" }] },
      tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
      sessionResumption: { handle: "google's" },
    };
    const guest = {
      generationConfig: { temperature: 0 },
      systemInstruction: { role: "user", parts: [{ text: "b" }] },
      tools: [{ googleSearch: { x: 1 }, codeExecution: {} }],
      labels: { a: "b" },
    };
    expect(over(own, guest)).toEqual({
      ...own,
      generationConfig: { temperature: 0, topK: 2 },
      systemInstruction: { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      tools: [...own.tools, { codeExecution: {} }],
      labels: { a: "b" },
    });
    expect(over(own, {})).toEqual(own);
  });

  it("what parley decides is not the client's: model, resumption, history, its functions' place", () => {
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
      "more functions than a place has room for",
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
    ["a function of no name", { model: "m", tools: [{ functionDeclarations: [{ name: "a b" }] }] }],
  ])("%s is refused in words", (_, setup) => {
    expect(parseClientSetup(setup as never)).toMatchObject({ code: "BAD_FRAME", close: 1007 });
  });

  it.each(["retrieval", "googleMaps", "mcpServers", "enterpriseWebSearch", "__proto__"])(
    "a tool that would work with the server's account is refused by name: %s",
    (name) => {
      const tools = [{ googleSearch: {} }, { codeExecution: {}, [name]: {} }];
      expect(parseClientSetup({ model: "m", tools })).toMatchObject({
        code: "BAD_FRAME",
        close: 1007,
        message: expect.stringContaining(`the tool ${name} is not`),
      });
    },
  );

  it("what the model brings itself is the client's to ask for", () => {
    const tools = ["googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext"].map(
      (name) => ({ [name]: {} }),
    );
    expect(read({ model: "m", tools }).fields).toEqual({ tools });
  });

  it("how two differ is said by name", () => {
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

describe("[LIVE18] fields are read in either casing, and what is no field stays as it is", () => {
  it("at every level; arguments, responses, schemas and names are the user's", () => {
    expect(
      toCamelCaseFields({
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

describe("[LIVE19] a ticket's terms", () => {
  const now = Date.UTC(2026, 0, 1);
  const terms = (body: object) =>
    parseTokenTerms(body as never, now, Date.parse) as EphemeralTokenTerms;

  it("by default: one use, half an hour, a minute for new sessions; what is told otherwise holds", () => {
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
    [{ expireTime: "2026-01-02T00:00:00Z" }],
    [{ expireTime: "2025-12-31T23:59:59Z" }],
    [{ newSessionExpireTime: "soon" }],
    [{ bidiGenerateContentSetup: [] }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "a b" }],
    [{ bidiGenerateContentSetup: {}, fieldMask: "a_b" }],
  ])("not %j", (body) => {
    expect(terms(body)).toEqual(expect.any(String));
  });

  it("lock what the mask names, also to nothing; the handle is the client's", () => {
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
});

import { expressibleFunctions } from "../../src/agent/runtime/client-agent.ts";
import { describe, expect, it } from "vitest";
import { connectedLive, transcribed, type Message } from "./live-client.ts";

describe("[CLIENT9] a client's JSON Schema is declared to the model in its dialect", () => {
  const declared = async (parameters: object): Promise<object> => {
    const tools = [{ functionDeclarations: [{ name: "look", parameters }] }];
    const { upstream } = await connectedLive("assistant", { ...transcribed, tools });
    return (upstream.received[0] as Message)["setup"].tools[0].functionDeclarations[0].parameters;
  };

  it("as code generators write it", async () => {
    const written = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        city: { type: ["string", "null"], const: "Lisbon" },
        days: { oneOf: [{ type: "integer", exclusiveMinimum: 0 }, { type: "null" }] },
      },
      required: ["city"],
      additionalProperties: false,
    };
    expect(await declared(written)).toEqual({
      type: "OBJECT",
      properties: {
        city: { type: "STRING", nullable: true, enum: ["Lisbon"], format: "enum" },
        days: { type: "INTEGER", nullable: true, description: "More than 0." },
      },
      required: ["city"],
    });
  });

  it.each([
    [
      "in the dialect",
      { type: "OBJECT", properties: { city: { type: "STRING", example: "Lisbon" } } },
    ],
    ["in its names, in small letters", { type: "object", propertyOrdering: [] }],
  ])("parameters %s are not changed", async (_, written) => {
    expect(await declared(written)).toEqual(written);
  });

  it.each<[string, object, object]>([
    ["a list without items", { type: "ARRAY" }, { type: "ARRAY", items: { type: "STRING" } }],
    ["a description that is no text", { type: "STRING", description: 5 }, { type: "STRING" }],
    ["a limit that is no number", { type: "NUMBER", minimum: "low" }, { type: "NUMBER" }],
    [
      "members at another type",
      { type: "NUMBER", enum: ["1"] },
      { type: "NUMBER", description: 'One of: "1".' },
    ],
    ["an undeclared requirement", { type: "OBJECT", required: ["a"] }, { type: "OBJECT" }],
  ])("%s is mended, though all its keywords are the dialect's", async (_, x, expected) => {
    const written = { type: "OBJECT", properties: { x } };
    expect(await declared(written)).toEqual({ type: "OBJECT", properties: { x: expected } });
  });

  it("of a schema in both fields the dialect's is declared", async () => {
    const parameters = { type: "OBJECT", properties: { city: { type: "STRING" } } };
    const declaration = { name: "look", parameters, parametersJsonSchema: { type: "object" } };
    const tools = [{ functionDeclarations: [declaration] }];
    const { upstream } = await connectedLive("assistant", { ...transcribed, tools });
    const [sent] = (upstream.received[0] as Message)["setup"].tools[0].functionDeclarations;
    expect(sent).toEqual({ name: "look", parameters });
  });

  it("functions whose schemas combine in too many ways together are left out", () => {
    const anyOf = ["a", "b", "c"].map((name) => ({ properties: { [name]: {} } }));
    const parameters = { allOf: Array.from({ length: 5 }, () => ({ anyOf })) };
    const functions = Array.from({ length: 400 }, (_, n) => ({ name: `f${n}`, parameters }));
    const { functions: declared, omissions } = expressibleFunctions({
      functions: functions as never,
    });
    expect(declared.length).toBeGreaterThan(2);
    expect(declared.length).toBeLessThan(400);
    expect(omissions.at(-1)).toContain("the functions before it");
  });

  it("a function that cannot be declared is left out, and the others remain", async () => {
    const not = { type: "object", not: { type: "string" } };
    const nested = Array.from({ length: 90 }).reduce<object>((x) => ({ items: x }), {});
    const functionDeclarations = [
      { name: "odd", parameters: not },
      { name: "list", parameters: [] },
      // The dialect's own, but no object: the service refuses it as a function's parameters.
      { name: "array", parameters: { type: "ARRAY", items: { type: "STRING" } } },
      { name: "text", parameters: { type: "OBJECT", description: 5, not: {} } },
      { name: "deep", parametersJsonSchema: nested },
      { name: "flat", parametersJsonSchema: "object" },
      {
        name: "look",
        parameters: { type: "OBJECT", properties: { it: { type: "STRING", enum: ["a", ""] } } },
      },
    ];
    const { client, upstream } = await connectedLive("assistant", {
      ...transcribed,
      tools: [{ functionDeclarations }],
    });
    expect((upstream.received[0] as Message)["setup"].tools[0].functionDeclarations).toEqual([
      {
        name: "look",
        parameters: {
          type: "OBJECT",
          properties: { it: { type: "STRING", enum: ["a"], format: "enum" } },
        },
      },
    ]);
    expect(client.closed).toBeUndefined();
  });
});

it("[CLIENT10] a single message is accepted where a list is expected", async () => {
  const { client, upstream } = await connectedLive("assistant", {
    ...transcribed,
    systemInstruction: { parts: { text: "Be brief." } },
    tools: { functionDeclarations: { name: "look", parameters: { properties: { parts: {} } } } },
  });
  const { setup } = upstream.received[0] as Message;
  expect(setup.systemInstruction.parts.at(-1)).toEqual({ text: "Be brief." });
  expect(setup.tools[0].functionDeclarations).toEqual([
    { name: "look", parameters: { properties: { parts: {} } } },
  ]);
  client.send({ clientContent: { turns: { parts: { text: "One?" } }, turnComplete: true } });
  while (!JSON.stringify(upstream.received).includes("One?")) await scheduler.wait(1);
  expect(client.closed).toBeUndefined();
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { argumentsOf, type JsonSchema } from "../../src/agent/tool-schema.ts";
import { tool } from "../../src/agent/tool.ts";

const schemaOf = (parameters: z.ZodType | JsonSchema) => argumentsOf(parameters).schema;
const property = (schema: z.ZodType | JsonSchema) => {
  const json = schema instanceof z.ZodType ? z.toJSONSchema(schema) : schema;
  return schemaOf({ type: "object", properties: { x: json } })?.properties?.["x"];
};

describe("[TOOL1] parameters are converted to the Live API's dialect", () => {
  it("Zod and JSON Schema give the same result", () => {
    const expected = {
      type: "OBJECT",
      properties: {
        sides: { type: "INTEGER", minimum: 2, maximum: 100, description: "How many sides." },
        colour: { type: "STRING", enum: ["red", "blue"], format: "enum" },
      },
      required: ["sides"],
    };
    expect(
      schemaOf(
        z.object({
          sides: z.int().min(2).max(100).describe("How many sides."),
          colour: z.enum(["red", "blue"]).optional(),
        }),
      ),
    ).toEqual(expected);
    expect(
      schemaOf({
        type: "object",
        additionalProperties: false,
        properties: {
          sides: { type: "integer", minimum: 2, maximum: 100, description: "How many sides." },
          colour: { type: "string", enum: ["red", "blue"] },
        },
        required: ["sides"],
      }),
    ).toEqual(expected);
  });

  it("without parameters there is no schema", () => {
    expect(argumentsOf(undefined).schema).toBeUndefined();
    expect(schemaOf(z.object({}))).toBeUndefined();
  });

  it.each([
    ["const", z.literal("a"), { type: "STRING", enum: ["a"], format: "enum" }],
    ["nullable", z.string().nullable(), { type: "STRING", nullable: true }],
    ["a type list with null", { type: ["integer", "null"] }, { type: "INTEGER", nullable: true }],
    [
      "oneOf",
      { oneOf: [{ type: "string" }, { type: "number" }] },
      { anyOf: [{ type: "STRING" }, { type: "NUMBER" }] },
    ],
    ["numbers in an enum", { enum: [1, 2] }, { type: "INTEGER", description: "One of: 1, 2." }],
    ["an exclusive limit", z.number().positive(), { type: "NUMBER", description: "More than 0." }],
    [
      "a count",
      { type: "array", items: { type: "string" }, maxItems: 3 },
      { type: "ARRAY", items: { type: "STRING" }, maxItems: "3" },
    ],
    [
      "a tuple",
      z.tuple([z.string(), z.number()]),
      {
        type: "ARRAY",
        minItems: "2",
        maxItems: "2",
        items: { anyOf: [{ type: "STRING" }, { type: "NUMBER" }] },
      },
    ],
    ["an unknown format", { type: "string", format: "email" }, { type: "STRING" }],
    [
      "allOf",
      {
        type: "object",
        allOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { type: "string" } } },
        ],
      },
      {
        type: "OBJECT",
        properties: { a: { type: "STRING" }, b: { type: "STRING" } },
        required: ["a"],
      },
    ],
  ])("%s", (_, schema, expected) => {
    expect(property(schema)).toEqual(expected);
  });

  it("a reference is resolved", () => {
    const schema = {
      type: "object",
      properties: { home: { $ref: "#/definitions/place" } },
      definitions: { place: { type: "object", properties: { city: { type: "string" } } } },
    };
    expect(schemaOf(schema)?.properties?.["home"]).toEqual({
      type: "OBJECT",
      properties: { city: { type: "STRING" } },
    });
  });
});

describe("[TOOL2] a schema that cannot be converted is rejected where the tool is declared, with the tool's name", () => {
  const circular = { type: "object", properties: { next: { $ref: "#" } } };
  it.each([
    ["a schema that contains itself", circular],
    ["not", { type: "object", properties: { x: { not: { type: "string" } } } }],
    ["a list at the top", { type: "array", items: { type: "string" } }],
    ["a dangling reference", { type: "object", properties: { x: { $ref: "#/nowhere" } } }],
  ])("%s", (_, parameters) => {
    expect(() => tool({ name: "mine", description: "", parameters, run: () => 1 })).toThrow(
      /Tool "mine"/,
    );
  });

  it("a name that the service rejects is rejected too", () => {
    expect(() => tool({ name: "my tool", description: "", run: () => 1 })).toThrow(
      /Tool "my tool"/,
    );
  });
});

describe("[TOOL3] arguments are validated before the tool runs", () => {
  it("the error names the argument", () => {
    const { parse } = argumentsOf(z.object({ sides: z.int().min(2).default(6) }));
    expect(parse({})).toEqual({ value: { sides: 6 } });
    expect(parse({ sides: 1 })).toMatchObject({ error: expect.stringContaining("sides") });
    expect(
      argumentsOf({ type: "object", properties: { a: { type: "number" } }, required: ["a"] }).parse(
        {},
      ),
    ).toMatchObject({
      error: expect.stringContaining("a"),
    });
  });
});

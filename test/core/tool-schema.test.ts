import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";
import { argumentsOf } from "../../src/agent/tool-schema.ts";
import { tool } from "../../src/agent/tool.ts";
import { faultsOf } from "./dialect-faults.ts";

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
    [
      "a Zod union",
      z.union([z.string(), z.number()]),
      { anyOf: [{ type: "STRING" }, { type: "NUMBER" }] },
    ],
    [
      "a type list with limits, each at its type",
      { type: ["string", "integer", "null"], minLength: 2, minimum: 1, description: "Which one." },
      {
        description: "Which one.",
        nullable: true,
        anyOf: [
          { type: "STRING", minLength: "2" },
          { type: "INTEGER", minimum: 1 },
        ],
      },
    ],
    [
      "values of several types",
      z.literal([1, "a", null]),
      {
        nullable: true,
        anyOf: [{ type: "INTEGER" }, { type: "STRING", enum: ["a"], format: "enum" }],
        description: "One of: 1.",
      },
    ],
    [
      "limits beside a choice, in each alternative",
      {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" } },
        anyOf: [{ required: ["a"] }, { required: ["b"] }],
      },
      {
        anyOf: ["a", "b"].map((name) => ({
          type: "OBJECT",
          properties: { a: { type: "STRING" }, b: { type: "STRING" } },
          required: [name],
        })),
      },
    ],
    [
      "alternatives that differ in nothing that can be told",
      { type: "string", anyOf: [{ format: "a" }, { format: "b" }] },
      { type: "STRING" },
    ],
    [
      "any value",
      z.any(),
      { anyOf: ["STRING", "NUMBER", "BOOLEAN", "OBJECT"].map((type) => ({ type })) },
    ],
    [
      "keys that the author does not name",
      z.record(z.string(), z.number()),
      { type: "OBJECT", description: 'The value of every other key: {"type":"NUMBER"}.' },
    ],
    [
      "keys of a list",
      z.record(z.enum(["a", "b"]), z.int32()),
      {
        type: "OBJECT",
        properties: Object.fromEntries(
          ["a", "b"].map((name) => [
            name,
            { type: "INTEGER", minimum: -2147483648, maximum: 2147483647 },
          ]),
        ),
        required: ["a", "b"],
      },
    ],
    [
      "the stricter limits of allOf",
      {
        allOf: [
          { type: "number", minimum: 1, maximum: 9 },
          { type: "integer", minimum: 3, description: "How many." },
        ],
      },
      { type: "INTEGER", minimum: 3, maximum: 9, description: "How many." },
    ],
    [
      "draft 4",
      { type: "number", minimum: 3, exclusiveMinimum: true },
      { type: "NUMBER", description: "More than 3." },
    ],
    [
      "a limit of another type, left out",
      { type: "string", minimum: 3, format: "int32", items: { type: "string" } },
      { type: "STRING" },
    ],
    [
      "a required property that is not declared, left out",
      { type: "object", properties: { a: true }, required: ["a", "b"] },
      {
        type: "OBJECT",
        properties: {
          a: { anyOf: ["STRING", "NUMBER", "BOOLEAN", "OBJECT"].map((type) => ({ type })) },
        },
        required: ["a"],
      },
    ],
    ["an example", { type: "string", examples: ["Lisbon"] }, { type: "STRING", example: "Lisbon" }],
    [
      "a requirement that depends on another property",
      {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" } },
        dependentRequired: { a: ["b"] },
      },
      {
        type: "OBJECT",
        properties: { a: { type: "STRING" }, b: { type: "STRING" } },
        description: '"a" requires "b".',
      },
    ],
    [
      "null, which a serialiser writes for absent",
      { type: "string", enum: null, description: null, minLength: null, not: null },
      { type: "STRING" },
    ],
    ["an unknown format", { type: "string", format: "colour" }, { type: "STRING" }],
    [
      "a format that the dialect does not have",
      { type: "string", format: "email", description: "Whom to ask." },
      { type: "STRING", description: "Whom to ask. Format: email." },
    ],
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

describe("[TOOL4] parameters with alternatives become one object", () => {
  it("with the properties of all, and what all require", () => {
    const type = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("circle"), radius: z.number() }),
      z.object({ kind: z.literal("square"), side: z.number() }),
    ]);
    const { schema, parse } = argumentsOf(type);
    expect(schema).toEqual({
      type: "OBJECT",
      properties: {
        kind: { type: "STRING", enum: ["circle", "square"], format: "enum" },
        radius: { type: "NUMBER" },
        side: { type: "NUMBER" },
      },
      required: ["kind"],
    });
    expect(parse({ kind: "circle", radius: 1 })).toEqual({ value: { kind: "circle", radius: 1 } });
    expect(parse({ kind: "circle", side: 1 })).toHaveProperty("error");
  });
});

describe("[TOOL5] nothing is declared for which the service refuses the setup", () => {
  it.each([
    ["an empty member of an enum", { type: "string", enum: ["list", ""] }, ["list"]],
    ["an empty member, in an enum without a type", { enum: ["", "list", null] }, ["list"]],
    ["an empty member, twice the other", { type: ["string", "null"], enum: ["a", "a", ""] }, ["a"]],
    ["an enum of the empty text alone", { type: "string", enum: [""] }, undefined],
    ["the empty text alone", { const: "" }, undefined],
    ["an empty enum", { type: "string", enum: [] }, undefined],
  ])("%s is left out", (_, schema, members) => {
    expect(property(schema)?.enum).toEqual(members);
    expect(property(schema)?.type).toBe("STRING");
  });

  it.each<[string, JsonSchema]>([
    ["an array without items", { type: "array" }],
    ["an array of anything", { type: "array", items: {} }],
    ["an empty tuple", { type: "array", prefixItems: [] }],
    ["a limit of another type", { type: "boolean", minimum: 1, maxLength: 2 }],
    ["a count that is none", { type: "string", minLength: -1, maxLength: 1.5 }],
    ["a limit that is no number", { type: "number", minimum: "1", maximum: null }],
    ["numbers among the texts of an enum", { type: "string", enum: ["a", 1] }],
    ["an integer's enum", { type: "integer", enum: [1, 2], format: "enum" }],
    ["a choice beside limits", { type: "string", minLength: 1, oneOf: [{ const: "a" }, {}] }],
    ["a choice of anything", { anyOf: [{ type: "string" }, {}] }],
    ["a choice of one", { anyOf: [{ type: "string" }] }],
    ["a choice of null alone", { anyOf: [{ type: "null" }] }],
    ["choices in a choice", { anyOf: [{ type: ["string", "number"] }, { type: "boolean" }] }],
    ["a required property that is not declared", { type: "object", required: ["a"] }],
    ["a property that must not be given", { type: "object", properties: { a: false } }],
    ["keywords of other standards", { type: "string", "x-order": 1, deprecated: true, $id: "a" }],
    ["texts that are none", { type: "string", description: 3, title: null }],
  ])("%s", (_, schema) => {
    expect(faultsOf(property(schema) as JsonSchema)).toEqual([]);
  });
});

describe("[TOOL2] a schema that cannot be converted is rejected where the tool is declared, with the tool's name", () => {
  const circular = { type: "object", properties: { next: { $ref: "#" } } };
  const level = (n: number) => ({ type: "object", properties: { a: ref(n), b: ref(n) } });
  const ref = (n: number) => ({ $ref: `#/$defs/${n}` });
  const $defs = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`${n}`, n === 19 ? { type: "string" } : level(n + 1)]),
  );
  const multiplied = { ...level(0), $defs };
  const nested = Array.from({ length: 200 }).reduce<JsonSchema>(
    (inner) => ({ type: "object", properties: { x: inner } }),
    { type: "string" },
  );
  it.each<[string, JsonSchema]>([
    ["a schema that contains itself", circular],
    ["not", { type: "object", properties: { x: { not: { type: "string" } } } }],
    ["a list at the top", { type: "array", items: { type: "string" } }],
    ["a dangling reference", { type: "object", properties: { x: { $ref: "#/nowhere" } } }],
    ["a type that does not exist", { type: "object", properties: { x: { type: "any" } } }],
    ["an alternative that is no object", { anyOf: [{ type: "object" }, { type: "string" }] }],
    ["parts that contradict each other", { allOf: [{ type: "object" }, { type: "string" }] }],
    ["references that multiply without bound", multiplied],
    ["a schema that is nested too deeply", nested],
  ])("%s", (_, parameters) => {
    expect(() => tool({ name: "mine", description: "", parameters, run: () => 1 })).toThrow(
      /Tool "mine"/,
    );
  });

  it("a tool without a function is rejected", () => {
    const definition = { name: "mine", description: "" };
    expect(() => tool(definition as Parameters<typeof tool>[0])).toThrow(
      'Tool "mine": run must be a function.',
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

describe("[TOOL9] a function makes the parameters when they are needed", () => {
  const declare = (parameters: () => z.ZodType | JsonSchema) =>
    tool({ name: "roll", description: "d", parameters, run: () => 1 });

  it("once, for the declaration and the check", () => {
    let calls = 0;
    const roll = declare(() => {
      calls++;
      return z.object({ sides: z.int() });
    });
    expect(calls).toBe(0);
    expect(roll.arguments.schema).toEqual(schemaOf(z.object({ sides: z.int() })));
    expect(roll.arguments.parse({ sides: 6 })).toEqual({ value: { sides: 6 } });
    expect(roll.arguments.parse({ sides: "six" })).toHaveProperty("error");
    expect(calls).toBe(1);
  });

  it("and what cannot be declared is refused then, with the tool's name", () => {
    const roll = declare(() => ({ type: "object", properties: { a: { $ref: "https://a" } } }));
    expect(() => roll.arguments.schema).toThrow('Tool "roll"');
  });
});

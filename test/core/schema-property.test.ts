import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxDeclaration, SchemaBudget, SchemaRefusal } from "../../src/agent/schema-budget.ts";
import { parametersToDialect, toDialect, type JsonSchema } from "../../src/agent/schema-dialect.ts";
import { isInDialect } from "../../src/agent/schema-in-dialect.ts";
import { argumentsOf } from "../../src/agent/tool-schema.ts";
import { faultsOf } from "./dialect-faults.ts";
import { jsonSchema } from "./schema-arbitrary.ts";

/** What becomes of a schema: a declaration, or a refusal in words. Any other error fails the test. */
function told(
  json: JsonSchema,
  budget = new SchemaBudget(),
): { schema?: unknown; refusal?: string } {
  try {
    return { schema: parametersToDialect(json, budget) };
  } catch (error) {
    if (!(error instanceof SchemaRefusal)) throw error;
    return { refusal: error.message };
  }
}

const runs = { numRuns: 400 };

describe("[TOOL7] every JSON schema is declared within a limit, or refused in words", () => {
  it("whatever it holds", () => {
    let declared = 0;
    fc.assert(
      fc.property(jsonSchema, (json) => {
        const budget = new SchemaBudget();
        const { schema, refusal } = told(json, budget);
        expect(budget.spent.parts).toBeLessThanOrEqual(2001);
        expect(budget.spent.work).toBeLessThanOrEqual(66 * maxDeclaration);
        if (refusal !== undefined) expect(refusal).toMatch(/^.{8,200}$/s);
        if (schema === undefined) return;
        declared++;
        expect(faultsOf(schema as JsonSchema)).toEqual([]);
        expect(isInDialect(schema)).toBe(true);
        expect(JSON.stringify(schema).length).toBeLessThanOrEqual(maxDeclaration);
      }),
      runs,
    );

    expect(declared).toBeGreaterThan(20);
  });

  it("and a declaration, read as a schema, stays as it is", () => {
    fc.assert(
      fc.property(jsonSchema, (json) => {
        const { schema } = told(json);
        if (schema !== undefined) expect(toDialect(schema as JsonSchema)).toEqual(schema);
      }),
      runs,
    );
  });

  it("and the arguments are checked without an exception, whatever they are", () => {
    fc.assert(
      fc.property(jsonSchema, fc.jsonValue(), (json, args) => {
        if (told(json).refusal !== undefined) return;
        const result = argumentsOf(json).parse(args);
        expect(Object.keys(result)).toHaveLength(1);
      }),
      runs,
    );
  });

  it("and the schema itself is not changed", () => {
    fc.assert(
      fc.property(jsonSchema, (json) => {
        const before = JSON.stringify(json);
        told(json);
        expect(JSON.stringify(json)).toBe(before);
      }),
      runs,
    );
  });
});

const levels = (
  count: number,
  wrap: (inner: object) => object,
  innermost: object = { type: "string" },
): JsonSchema => Array.from({ length: count }).reduce<object>(wrap, innermost) as JsonSchema;

const named = (prefix: string, count: number, schema: unknown = { type: "string" }) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, schema]));

const listOf = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

describe("[TOOL7] a small schema that stands for a large one is refused, after a bounded number of steps", () => {
  const object = (properties: object): JsonSchema => ({ type: "object", properties });
  it.each<[string, JsonSchema]>([
    [
      "alternatives that differ in what they require, at each level",
      levels(11, (inner) => ({
        type: "object",
        properties: { a: inner, ...named("p", 8) },
        anyOf: listOf(8, (n) => ({ required: [`p${n}`] })),
      })),
    ],
    [
      "alternatives in merged parts, at each level",
      levels(7, (inner) => ({
        type: "object",
        properties: {
          x: {
            allOf: [
              { anyOf: [inner, { type: "object", properties: { a: inner } }] },
              { anyOf: [inner, { type: "object", properties: { b: inner } }] },
            ],
          },
        },
      })),
    ],
    [
      "alternatives of alternatives in one place",
      object({
        x: {
          allOf: listOf(12, (n) => ({
            type: "object",
            anyOf: [{ required: [`a${n}`] }, { required: [`b${n}`] }],
          })),
        },
      }),
    ],
    [
      "values of other keys, each a text within a text",
      object({ x: levels(22, (inner) => ({ type: "object", additionalProperties: inner })) }),
    ],
    ["a list of 200,000 values", object({ x: { enum: listOf(200_000, (n) => `value ${n}`) } })],
    [
      "two long lists of values, merged",
      object({
        x: { allOf: [0, 1].map((k) => ({ enum: listOf(50_000, (n) => `value ${n + k}`) })) },
      }),
    ],
    ["a list of 100,000 numbers", object({ x: { enum: listOf(100_000, (n) => n) } })],
    [
      "a description of a megabyte",
      object({ x: { type: "string", description: "a".repeat(1 << 20) } }),
    ],
    ["a default of a megabyte", object({ x: { type: "string", default: "a".repeat(1 << 20) } })],
    ["5,000 properties", object(named("p", 5000))],
    [
      "a hundred thousand names of required properties",
      { ...object({ a: {} }), required: listOf(100_000, (n) => `p${n}`) },
    ],
    ["anything, 1,900 times", object(named("property_", 1900, {}))],
    [
      "references that double at each level",
      {
        ...object({ x: { $ref: "#/$defs/0" } }),
        $defs: Object.fromEntries(
          listOf(22, (n) => [
            n,
            n === 21
              ? { type: "string" }
              : { allOf: [0, 1].map(() => ({ $ref: `#/$defs/${n + 1}` })) },
          ]),
        ),
      },
    ],
    ["a schema 100,000 levels deep", object({ x: levels(100_000, (inner) => ({ items: inner })) })],
    ["a type that is an object without a text", object({ x: { type: [{ toString: 1 }] } })],
    ["a schema that is a list", object({ x: levels(100_000, (inner) => [inner]) })],
    ["a value 100,000 levels deep", object({ x: { const: levels(100_000, (inner) => [inner]) } })],
    ["half a character in a name", object({ "\ud83d": {} })],
    ["half a character in a value", object({ x: { enum: ["\ud83d"] } })],
  ])("%s", (_, json) => {
    const budget = new SchemaBudget();
    const { refusal } = told(json, budget);
    expect(refusal).toMatch(/^.{8,200}$/);
    expect(budget.spent.parts).toBeLessThanOrEqual(2001);
    expect(budget.spent.merges).toBeLessThanOrEqual(20_001);
  });

  it.each<[string, object, object]>([
    [
      "a default 100,000 levels deep, left out",
      { type: "array", default: levels(100_000, (inner) => [inner]) },
      { type: "ARRAY", items: { type: "STRING" } },
    ],
    ["a default that is no JSON, left out", { type: "integer", default: 1n }, { type: "INTEGER" }],
    [
      "half a character of a description, replaced",
      { type: "string", description: "\ud83d!" },
      { type: "STRING", description: "\ufffd!" },
    ],
    [
      "a choice of 200 named values",
      { type: "string", oneOf: listOf(200, (n) => ({ const: `v${n}` })) },
      { anyOf: listOf(200, (n) => ({ type: "STRING", enum: [`v${n}`], format: "enum" })) },
    ],
    [
      "a list of 1,000 values",
      { enum: listOf(1000, (n) => `v${n}`) },
      { type: "STRING", enum: listOf(1000, (n) => `v${n}`), format: "enum" },
    ],
    [
      "20 levels of properties",
      levels(20, (inner) => ({ type: "object", properties: { a: inner } })),
      levels(20, (inner) => ({ type: "OBJECT", properties: { a: inner } }), { type: "STRING" }),
    ],
  ])("%s, is declared", (_, x, expected) => {
    const { schema } = told(object({ x }));
    const property = (schema as { properties: { x: object } }).properties.x;
    expect(property).toEqual(expected);
  });

  it("and so does no client's own declaration cost the session", () => {
    expect(isInDialect(levels(100_000, (inner) => ({ type: "ARRAY", items: inner })))).toBe(false);
    expect(isInDialect({ type: "STRING", description: "a".repeat(1 << 20) })).toBe(false);
  });
});

it("[TOOL5] names that every object inherits are names as others", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const one = (name: string) => ({
    type: "object",
    properties: Object.fromEntries([
      [name, { type: "string" }],
      ["kind", { const: name }],
    ]),
    required: [name],
  });
  const { schema } = told({ anyOf: names.map(one) });
  expect(schema).toEqual({
    type: "OBJECT",
    properties: Object.fromEntries([
      ["__proto__", { type: "STRING" }],
      ["kind", { type: "STRING", enum: names, format: "enum" }],
      ...names.slice(1).map((name) => [name, { type: "STRING" }]),
    ]),
  });
});

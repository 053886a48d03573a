import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { checkBySchema } from "../../src/agent/schema-check.ts";
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";
import { jsonSchema } from "./schema-arbitrary.ts";

const fits = (schema: object, value: unknown): boolean =>
  "value" in checkBySchema(schema as JsonSchema, value);

describe("[TOOL3] arguments are checked by JSON Schema", () => {
  it.each<[object, readonly unknown[], readonly unknown[]]>([
    [{ type: "string" }, ["", "a"], [1, null, [], {}]],
    [{ type: "integer" }, [1, 2.0], [1.5, "1"]],
    [{ type: ["STRING", "null"] }, ["a", null], [1]],
    [{ type: "number", nullable: true }, [1, null], ["1"]],
    [{ enum: ["a", 1, { b: [1] }] }, ["a", 1, { b: [1] }], ["b", { b: [2] }, { b: [1], c: 1 }]],
    [{ const: null }, [null], [0, "null"]],
    [{ minLength: 2, maxLength: 3 }, ["ab", "日本語", "😀😀😀", 7], ["a", "abcd"]],
    [{ pattern: "^a+$" }, ["aa", 1], ["b"]],
    [{ format: "date" }, ["2026-11-30"], ["today", "2026-13-01"]],
    [{ format: "date-time" }, ["2026-11-30T01:02:03Z"], ["2026-11-30"]],
    [{ format: "uri" }, ["https://a.example/b"], ["a b"]],
    [{ minimum: 1, maximum: 2 }, [1, 1.5, 2, "0"], [0.9, 2.1]],
    [{ exclusiveMinimum: 1, exclusiveMaximum: 2 }, [1.5], [1, 2]],
    [{ multipleOf: 0.1 }, [0.3, 1.1, 0], [0.25]],
    [{ items: { type: "string" }, maxItems: 1 }, [[], ["a"]], [[1], ["a", "b"]]],
    [{ prefixItems: [{ type: "string" }], items: false }, [[], ["a"]], [[1], ["a", 1]]],
    [{ items: [{ type: "string" }], additionalItems: false }, [["a"]], [["a", 1]]],
    [
      { uniqueItems: true },
      [[1, 2]],
      [
        [1, 1],
        [{ a: 1 }, { a: 1 }],
      ],
    ],
    [{ properties: { a: { type: "string" } } }, [{}, { a: "", b: 1 }], [{ a: 1 }]],
    [{ properties: { a: {} }, additionalProperties: false }, [{ a: 1 }], [{ b: 1 }]],
    [{ additionalProperties: { type: "number" } }, [{ a: 1 }], [{ a: "1" }]],
    [{ patternProperties: { "^n": { type: "number" } } }, [{ n: 1, m: "" }], [{ n: "" }]],
    [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
    [{ required: ["a"], maxProperties: 1 }, [{ a: 1 }], [{}, { a: 1, b: 1 }]],
    [{ required: ["toString"] }, [{ toString: 1 }], [{}]],
    [{ anyOf: [{ type: "string" }, { type: "number" }] }, ["a", 1], [true]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1], [0, 3]],
    [{ $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "string" } } }, ["a"], [1]],
    [
      { properties: { next: { $ref: "#" } }, required: ["n"] },
      [{ n: 1, next: { n: 2 } }],
      [{ n: 1, next: {} }],
    ],
  ])("%j", (schema, good, bad) => {
    for (const value of good) expect([value, fits(schema, value)]).toEqual([value, true]);
    for (const value of bad) expect([value, fits(schema, value)]).toEqual([value, false]);
  });

  it("all that is wrong is named, with its place", () => {
    const place = { type: "object", properties: { to: { type: "string" } }, required: ["from"] };
    const schema = { type: "object", properties: { trips: { type: "array", items: place } } };
    expect(checkBySchema(schema, { trips: [{ from: 1, to: 2 }, {}] })).toEqual({
      error: "trips.0.to must be string, not number.\ntrips.1.from is missing.",
    });
  });

  it("properties that are missing get their defaults, at every level, and the value is not changed", () => {
    const inner = { type: "object", properties: { unit: { default: "km" } } };
    const schema = { properties: { a: { default: 1 }, b: inner, __proto__: { default: 2 } } };
    const value = { b: { far: 3 } };
    expect(checkBySchema(schema, value)).toEqual({ value: { a: 1, b: { far: 3, unit: "km" } } });
    expect(value).toEqual({ b: { far: 3 } });
  });
});

describe("[TOOL6] no value is refused for what cannot be checked here", () => {
  it.each<[object, unknown]>([
    [{ type: "date" }, 1],
    [{ type: ["string", "any"] }, 1],
    [{ type: [] }, 1],
    [{ minLength: "2", minimum: "3" }, "a"],
    [{ pattern: "(?P<year>x)" }, "a"],
    [{ format: "uuid" }, "a"],
    [{ $ref: "https://example.com/schema.json" }, 1],
    [{ $ref: "#/nowhere" }, 1],
    [{ $ref: "#" }, 1],
    [{ anyOf: [{ $ref: "#" }, { $ref: "#" }] }, 1],
    [{ enum: [] }, 1],
    [{ properties: null, required: true, items: "x" }, { a: 1 }],
  ])("%j", (schema, value) => {
    expect(fits(schema, value)).toBe(true);
  });

  it("of the keywords with one meaning, zod judges alike", () => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(plainSchema, plainValue, (schema, value) => {
        const expected = z.fromJSONSchema(schema as JsonSchema).safeParse(value).success;
        verdicts[`${expected}`]++;
        expect(fits(schema, value)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(100);
  });

  it("and any schema ends in a verdict", () => {
    fc.assert(
      fc.property(jsonSchema, fc.jsonValue(), (schema, value) => {
        expect(Object.keys(checkBySchema(schema, value))).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });
});

const name = fc.constantFrom("a", "b", "c");
const limit = fc.integer({ min: 0, max: 4 });
const some =
  (keywords: Record<string, fc.Arbitrary<unknown>>, ...required: readonly string[]) =>
  (type: string) =>
    fc.record<Record<string, unknown>>(
      { type: fc.constant(type), ...keywords },
      { requiredKeys: ["type", ...required] },
    );

const { schema: plainSchema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small" },
    some({ minLength: limit, maxLength: limit })("string"),
    // Beside a choice zod forgets the rest.
    some({ enum: fc.array(name, { minLength: 1 }) }, "enum")("string"),
    some({ minimum: limit, exclusiveMaximum: limit, multipleOf: fc.constantFrom(1, 2, 0.5) })(
      "number",
    ),
    some({ maximum: limit })("integer"),
    some({})("boolean"),
    some({})("null"),
    // Without `items` zod forgets the limits.
    some({ items: tie("schema"), minItems: limit, maxItems: limit }, "items")("array"),
    some({
      properties: fc.dictionary(name, tie("schema"), { noNullPrototype: true }),
      additionalProperties: fc.oneof(fc.boolean(), tie("schema")),
    })("object"),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}));

const { value: plainValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.oneof(name, fc.string({ maxLength: 5 })),
    fc.constantFrom(0, 1, 2, 2.5, 3, 4, 5, -1),
    fc.constantFrom(true, false, null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(name, tie("value"), { noNullPrototype: true }),
  ),
}));

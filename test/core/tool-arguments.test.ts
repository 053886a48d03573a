import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";
import { argumentsOf } from "../../src/agent/tool-schema.ts";

describe("[TOOL6] arguments that cannot be checked here are the tool's to check", () => {
  const parametersOf = (x: object): JsonSchema => ({
    type: "object",
    properties: { from: { type: "string", minLength: 2 }, x },
    required: ["from"],
  });

  it.each<[string, object, object, unknown]>([
    [
      "a reference to another property",
      { $ref: "#/properties/from" },
      { type: "STRING", minLength: "2" },
      "ab",
    ],
    [
      "a Python pattern that is no pattern here",
      { type: "string", pattern: "(?P<year>[0-9]+)" },
      { type: "STRING", pattern: "(?P<year>[0-9]+)" },
      "2026",
    ],
    [
      "a Python pattern that means something else here",
      { type: "string", pattern: "\\A[0-9]+\\Z" },
      { type: "STRING", pattern: "\\A[0-9]+\\Z" },
      "2026",
    ],
    [
      "types in capital letters",
      { type: "ARRAY", items: { type: "STRING" } },
      { type: "ARRAY", items: { type: "STRING" } },
      ["a"],
    ],
    [
      "OpenAPI's nullable",
      { type: "string", nullable: true },
      { type: "STRING", nullable: true },
      null,
    ],
    [
      "a UUID of no version",
      { type: "string", format: "uuid" },
      { type: "STRING", description: "Format: uuid." },
      "00000000-0000-0000-0000-000000000001",
    ],
    [
      "a relative reference",
      { type: "string", format: "uri-reference" },
      { type: "STRING", description: "Format: uri-reference." },
      "/a/b",
    ],
    [
      "a value of two alternatives, of which the model cannot know that one must fit",
      { oneOf: [{ type: "number" }, { type: "integer" }] },
      { anyOf: [{ type: "NUMBER" }, { type: "INTEGER" }] },
      1,
    ],
    [
      "a value of an alternative beside others",
      { anyOf: [{ type: "number" }], oneOf: [{ minimum: 1 }, { minimum: 2 }] },
      {
        anyOf: [
          { type: "NUMBER", minimum: 1 },
          { type: "NUMBER", minimum: 2 },
        ],
      },
      3,
    ],
    ["a reference by an anchor", { $ref: "#city", $defs: {} }, { type: "STRING" }, "Lisbon"],
  ])("%s", (_, x, expected, value) => {
    const $defs = { place: { $anchor: "city", type: "string" } };
    const { schema, parse } = argumentsOf({ ...parametersOf(x), $defs });
    expect(schema?.properties?.["x"]).toEqual(expected);
    expect(parse({ from: "here", x: value })).toEqual({ value: { from: "here", x: value } });
    expect(parse("here")).toHaveProperty("error");
  });

  it("and the other arguments are checked as before", () => {
    for (const x of [{ type: "STRING" }, { type: "string", pattern: "(?i)x" }])
      expect(argumentsOf(parametersOf(x)).parse({ from: "a" })).toMatchObject({
        error: expect.stringContaining("from"),
      });
  });
});

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

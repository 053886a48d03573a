import { describe, expect, it } from "vitest";
import { ToolError } from "../../src/core/errors.ts";
import { toToolResponse } from "../../src/core/live-api/tool-response.ts";
import { encodeToolResponse } from "../../src/agent/runtime/tool-results.ts";
import { protocols } from "../../src/protocols/registry.ts";
import { isDeeperThan } from "../../src/wire/json.ts";

/** `levels` objects, one in another, and `inside` in the last. */
const nested = (levels: number, inside: unknown = 1): Record<string, unknown> => {
  let value: unknown = inside;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value as Record<string, unknown>;
};

const levelsOf = (response: Record<string, unknown>): number => {
  const { payload } = encodeToolResponse([{ id: "1", response }]);
  let levels = 0;
  while (isDeeperThan(payload, levels)) levels++;
  return levels;
};

describe("[CALL13] The agent runtime must send the model no response that is nested too deep", () => {
  it("keeps 30 levels as they are", () => {
    expect(toToolResponse(nested(30))).toEqual(nested(30));
  });

  it.each([31, 120, 400])("writes the rest of %i levels as text, which says so", (levels) => {
    const rest = JSON.stringify(nested(levels - 30, "deep"));
    const text = `[Nested deeper than 30 levels, so written as text: ${rest}]`;
    expect(toToolResponse(nested(levels, "deep"))).toEqual(nested(30, text));
    expect(levelsOf(toToolResponse(nested(levels)))).toBeLessThan(36);
  });

  it("cuts what no stack holds", () => {
    const response = toToolResponse(nested(200_000));
    expect(response).toEqual(nested(30, "[Nested far deeper than 30 levels; the rest is cut.]"));
  });

  it.each([
    ["lists", JSON.parse("[".repeat(120) + "]".repeat(120))],
    ["a Map", { m: new Map([["k", nested(120)]]) }],
    ["an error's fields", Object.assign(new ToolError("x"), { detail: nested(120) })],
    ["toJSON", { toJSON: () => nested(120) }],
    ["progress", { progress: nested(120) }],
  ])("in %s", (_, value) => {
    expect(levelsOf(toToolResponse(value))).toBeLessThan(36);
    expect(JSON.stringify(toToolResponse(value))).toContain("Nested deeper than 30 levels");
  });

  it("still reports data that contains itself there", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = nested(40, cyclic);
    expect(toToolResponse(cyclic)).toEqual({ error: expect.stringContaining("contains itself") });
  });
});

describe("[DOOR3] In every protocol invalid input must be reported, also JSON that is nested too deep", () => {
  it.each(["parley-v1", "adk-demo", "sse", "adk-live", "live-api"] as const)("%s", (name) => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(protocols[name].decode(`{"type":"state","delta":{"a":${deep}}}`)).toMatchObject({
      code: "BAD_FRAME",
    });
  });
});

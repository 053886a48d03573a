import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { expressibleFunctions } from "../../src/agent/runtime/client-agent.ts";
import { isInDialect } from "../../src/agent/schema-in-dialect.ts";
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";
import { tool, type FunctionTool } from "../../src/agent/tool.ts";
import type { FunctionDeclaration } from "../../src/wire/live-api.ts";
import { faultsOf } from "./dialect-faults.ts";
import { publicSchemas } from "./public-schemas/all.ts";
import { Refused } from "./public-schemas/notation.ts";

const declare = (name: string, parameters: object): FunctionTool =>
  tool({ name, description: "", parameters: parameters as JsonSchema, run: () => 1 });

const accepted = publicSchemas.filter(([, , told]) => !(told instanceof Refused));

describe("[TOOL8] the schemas of public servers and generators are declared, or refused by name", () => {
  it("there are more than seventy, of which most are declared", () => {
    expect(publicSchemas.length).toBeGreaterThan(70);
    expect(accepted.length).toBeGreaterThan(70);
    expect(new Set(publicSchemas.map(([name]) => name)).size).toBe(publicSchemas.length);
  });

  it.each(publicSchemas)("%s", (name, parameters, told) => {
    if (told instanceof Refused)
      expect(() => declare(name, parameters)).toThrow(`Tool "${name}": ${told.reason}.`);
    else expect(declare(name, parameters).arguments.schema).toEqual(told);
  });

  it.each(accepted)("%s has nothing that the service refuses", (_, __, told) => {
    if (told === undefined) return;
    expect(faultsOf(told as JsonSchema)).toEqual([]);
    expect(isInDialect(told)).toBe(true);
  });

  it("all of them, in one agent", () => {
    const tools = accepted.map(([name, parameters]) => declare(name, parameters));
    expect(agent({ name: "ada", model: "m", tools }).tools).toHaveLength(accepted.length);
  });

  it("all of them, from one Live API client", () => {
    const functions: FunctionDeclaration[] = publicSchemas.map(([name, parameters]) => ({
      name,
      parameters,
    }));
    const told = expressibleFunctions({ functions });
    expect(told.functions.map(({ name }) => name)).toEqual(accepted.map(([name]) => name));
    for (const { name, parameters } of told.functions)
      if (!isInDialect(publicSchemas.find((each) => each[0] === name)?.[1]))
        expect([name, parameters]).toEqual([name, accepted.find((each) => each[0] === name)?.[2]]);
    expect(told.omissions).toEqual(
      publicSchemas.flatMap(([name, , told]) =>
        told instanceof Refused ? [`The function "${name}" is left out: ${told.reason}.`] : [],
      ),
    );
  });
});

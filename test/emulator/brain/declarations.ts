/** Declarations, commands and histories for the tests of tools. */
import type { Content, FunctionDeclaration } from "@google/genai";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import { contextOf, stepsOf, user } from "./conversation.ts";

export const brain = rulesBrain({ zone: "UTC" });

type Properties = Record<string, unknown>;

export const json = (
  name: string,
  properties: Properties = {},
  required: string[] = [],
): FunctionDeclaration => ({
  name,
  parametersJsonSchema: { type: "object", properties, required },
});

/** The same declaration as Gemini writes schemas: type names in capitals. */
export function gemini(declaration: FunctionDeclaration): FunctionDeclaration {
  const loud = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return key === "type" ? value.toUpperCase() : value;
    if (Array.isArray(value)) return value.map((inner) => loud(inner));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        loud(inner, key === "properties" ? "" : name),
      ]),
    );
  };
  const { parametersJsonSchema, ...rest } = declaration;
  return { ...rest, parameters: loud(parametersJsonSchema) as object };
}

export const text = { type: "string" };
export const whole = { type: "integer" };
export const yes = { type: "boolean" };
export const one = (...values: string[]) => ({ type: "string", enum: values });

export const order = async (
  say: string,
  functions: FunctionDeclaration[],
  history: Content[] = [],
) => stepsOf(brain, contextOf([...history, user(say)], { tools: { functions } }));

export const call = (name: string, args: Record<string, unknown> = {}): Content => ({
  role: "model",
  parts: [{ functionCall: { id: "1", name, args } }],
});
export const answer = (name: string, response: Record<string, unknown>): Content => ({
  role: "user",
  parts: [{ functionResponse: { id: "1", name, response } }],
});

export const after = async (response: Record<string, unknown>, say = "do it", name = "do_it") =>
  stepsOf(
    brain,
    contextOf([user(say), call(name), answer(name, response)], {
      tools: { functions: [json(name)] },
    }),
  );

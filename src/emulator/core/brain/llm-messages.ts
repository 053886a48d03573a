/** The conversation and its tools as a chat completions API takes them. */
import type { Content, FunctionDeclaration, Part } from "@google/genai";
import type { ReplyContext } from "../ports.ts";
import { textOf } from "./utterance.ts";

type Json = Record<string, unknown>;

/** Calls without an id are matched by name. */
const idOf = ({ id, name = "" }: { id?: string; name?: string }): string => id ?? `call_${name}`;

const toolCall = ({ functionCall: call }: Part): Json[] => {
  if (call === undefined) return [];
  const body = { name: call.name ?? "", arguments: JSON.stringify(call.args ?? {}) };
  return [{ id: idOf(call), type: "function", function: body }];
};

const toolResponse = ({ functionResponse: given }: Part): Json[] => {
  if (given === undefined) return [];
  return [
    { role: "tool", tool_call_id: idOf(given), content: JSON.stringify(given.response ?? {}) },
  ];
};

const picture = ({ inlineData }: Part): Json[] => {
  if (inlineData?.mimeType?.startsWith("image/") !== true) return [];
  const url = `data:${inlineData.mimeType};base64,${inlineData.data ?? ""}`;
  return [{ type: "image_url", image_url: { url } }];
};

function messages({ role, parts = [] }: Content): Json[] {
  const text = textOf(parts);
  if (role === "model") {
    const calls = parts.flatMap(toolCall);
    if (text === "" && calls.length === 0) return [];
    return [{ role: "assistant", content: text, ...(calls.length > 0 && { tool_calls: calls }) }];
  }
  const responses = parts.flatMap(toolResponse);
  const pictures = parts.flatMap(picture);
  const content = pictures.length === 0 ? text : [{ type: "text", text }, ...pictures];
  return content === "" ? responses : [...responses, { role: "user", content }];
}

export const messagesOf = ({ instruction, history }: ReplyContext): Json[] => [
  ...(instruction === "" ? [] : [{ role: "system", content: instruction }]),
  ...history.flatMap(messages),
];

/** JSON Schema of a Gemini schema, which has type names in capitals and counts as strings. */
function jsonSchema(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((inner) => jsonSchema(inner));
  if (typeof value === "string") {
    if (key === "type") return value.toLowerCase();
    return /^(?:min|max)(?:Items|Length|Properties)$/.test(key) ? Number(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    jsonSchema(inner, key === "properties" ? "" : name),
  ]);
  return Object.fromEntries(entries);
}

const tool = ({ name, description, ...declared }: FunctionDeclaration): Json => {
  const parameters = jsonSchema(declared.parameters ?? { type: "OBJECT", properties: {} });
  return {
    type: "function",
    function: { name, description, parameters: declared.parametersJsonSchema ?? parameters },
  };
};

export const toolsOf = ({ tools }: ReplyContext): Json[] => tools.functions.map(tool);

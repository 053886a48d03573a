/** A talk as a chat-completions server wants it: messages and tools. */
import type { Content, FunctionDeclaration, Part } from "@google/genai";
import type { ReplyContext } from "../ports.ts";

type Json = Record<string, unknown>;

const text = (parts: readonly Part[]): string =>
  parts
    .filter(({ thought }) => thought !== true)
    .map((part) => part.text ?? "")
    .join("");

/** Calls without an id, as some surfaces have them, are matched by name. */
const idOf = (part: { id?: string; name?: string }): string => part.id ?? `call_${part.name ?? ""}`;

function assistant(parts: readonly Part[]): Json[] {
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall === undefined
      ? []
      : [
          {
            id: idOf(functionCall),
            type: "function",
            function: {
              name: functionCall.name ?? "",
              arguments: JSON.stringify(functionCall.args ?? {}),
            },
          },
        ],
  );
  const content = text(parts);
  if (content === "" && calls.length === 0) return [];
  return [{ role: "assistant", content, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

const picture = ({ inlineData }: Part): Json[] =>
  inlineData?.mimeType?.startsWith("image/") === true
    ? [
        {
          type: "image_url",
          image_url: { url: `data:${inlineData.mimeType};base64,${inlineData.data ?? ""}` },
        },
      ]
    : [];

function user(parts: readonly Part[]): Json[] {
  const answers = parts.flatMap(({ functionResponse }) =>
    functionResponse === undefined
      ? []
      : [
          {
            role: "tool",
            tool_call_id: idOf(functionResponse),
            content: JSON.stringify(functionResponse.response ?? {}),
          },
        ],
  );
  const words = text(parts);
  const pictures = parts.flatMap(picture);
  const content = pictures.length === 0 ? words : [{ type: "text", text: words }, ...pictures];
  return words === "" && pictures.length === 0 ? answers : [...answers, { role: "user", content }];
}

const messageOf = ({ role, parts = [] }: Content): Json[] =>
  role === "model" ? assistant(parts) : user(parts);

export function messagesOf({ instruction, history }: ReplyContext): Json[] {
  const system = instruction === "" ? [] : [{ role: "system", content: instruction }];
  return [...system, ...history.flatMap(messageOf)];
}

/** Gemini's type names are JSON Schema's in capitals; its counts are strings. */
function jsonSchema(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((inner) => jsonSchema(inner));
  if (typeof value === "string") {
    if (key === "type") return value.toLowerCase();
    return /^(?:min|max)(?:Items|Length|Properties)$/.test(key) ? Number(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      jsonSchema(inner, key === "properties" ? "" : name),
    ]),
  );
}

const toolOf = ({
  name,
  description,
  parameters,
  parametersJsonSchema,
}: FunctionDeclaration): Json => ({
  type: "function",
  function: {
    name,
    ...(description === undefined ? {} : { description }),
    parameters:
      parametersJsonSchema ?? jsonSchema(parameters ?? { type: "OBJECT", properties: {} }),
  },
});

export const toolsOf = ({ tools }: ReplyContext): Json[] => tools.functions.map(toolOf);

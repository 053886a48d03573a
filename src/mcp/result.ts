/** Converts a remote tool's answer to a tool's result: text, data or an error. */
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import { checkBySchema } from "../agent/schema-check.ts";

type OutputSchema = Readonly<Record<string, unknown>>;

/**
 * Data takes precedence: a server's text repeats its data. Data that is not of the announced form is left out, and the
 * model is told so: the call itself succeeded, and an error would make the model repeat it.
 */
export function toToolResult(
  { content, structuredContent, isError }: CallToolResult,
  outputSchema?: OutputSchema,
): unknown {
  const text = content.map(blockText).filter(Boolean).join("\n");
  if (isError) return { error: text || "The tool failed and did not say why." };
  if (outputSchema && !fits(structuredContent, outputSchema))
    return { result: text || JSON.stringify(structuredContent ?? ""), note: otherForm };
  return structuredContent ?? { result: text };
}

const otherForm =
  "The function was carried out, but its result does not have the form that its server announces. Do not call it again for that reason.";

const fits = (value: unknown, schema: OutputSchema): boolean =>
  value !== undefined && "value" in checkBySchema(schema, value);

/** Live models take no media in a function response: a placeholder stands for it. */
function blockText(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type} of type ${block.mimeType}, left out]`;
    case "resource_link":
      return `${block.title ?? block.name}: ${block.uri}`;
    case "resource":
      return "text" in block.resource
        ? block.resource.text
        : `[${block.resource.mimeType ?? "data"} at ${block.resource.uri}, left out]`;
    default:
      return "";
  }
}

/** Redacting shorter values would damage ordinary text. */
const minSecretLength = 8;

/** Header values that may be secrets, longest first: of "Bearer abc" the whole and "abc". */
export const secretsIn = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers)
    .flatMap((value) => [value, ...value.split(" ").slice(1)])
    .filter((value) => value.length >= minSecretLength)
    .toSorted((a, b) => b.length - a.length);

/** Replaces secrets in an answer, in keys, too: a server may repeat them, and answers go into events and the log. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  const redacted = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return redacted(each);
    if (Array.isArray(each)) return each.map(walk);
    return typeof each === "object" && each !== null
      ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [redacted(key), walk(inner)]))
      : each;
  };
  return walk(value) as T;
}

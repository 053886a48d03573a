/** What a remote tool answered, as a tool's result: text, data, or the error it reports. */
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";

/** Data before text, since the text of a server that has data only repeats it. */
export function toToolResult({ content, structuredContent, isError }: CallToolResult): unknown {
  const text = content.map(blockText).filter(Boolean).join("\n");
  if (isError) return { error: text || "The tool failed and did not say why." };
  return structuredContent ?? { result: text };
}

/** A model that is spoken to takes no media in a function response: it is told that there was some. */
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

/** Nothing shorter is a secret worth the words it would tear holes into. */
const minSecretLength = 8;

/** The values of headers that may be secrets: "Bearer abc" is one, and so is "abc". */
export const secretsIn = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers)
    .flatMap((value) => [value, ...value.split(" ").slice(1)])
    .filter((value) => value.length >= minSecretLength)
    .toSorted((a, b) => b.length - a.length);

/** A server may repeat what it was sent; what it says goes into events and the log. */
export function redact(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string")
    return secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), value);
  if (Array.isArray(value)) return value.map((each) => redact(each, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, redact(each, secrets)]),
  );
}

/**
 * Repairs the messages of a server before the SDK checks them.
 *
 * Serialisers write null for an absent field, and servers send blocks of kinds that the SDK does not know. The SDK
 * refuses such a message as a whole, so that a result with a readable text would be lost.
 */
import type { McpFetch } from "./connection.ts";

/** Their nulls are values. */
const opaque = new Set(["structuredContent", "inputSchema", "outputSchema"]);

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns a `fetch` whose JSON and SSE answers are repaired; others are passed on as they are. */
export function repairing(fetch: McpFetch): McpFetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const type = response.headers.get("content-type") ?? "";
    if (!response.ok || !response.body) return response;
    if (type.includes("text/event-stream"))
      return withBody(response, response.body.pipeThrough(repairedLines()));
    return type.includes("json")
      ? withBody(response, repairedJson(await response.text()))
      : response;
  };
}

function withBody({ status, headers }: Response, body: BodyInit): Response {
  const kept = new Headers(headers);
  // They describe the bytes as the server sent them.
  for (const name of ["content-length", "content-encoding"]) kept.delete(name);
  return new Response(body, { status, headers: kept });
}

/** Text that is not JSON stays, for the SDK to refuse. */
function repairedJson(text: string): string {
  try {
    return JSON.stringify(repairedMessage(JSON.parse(text)));
  } catch {
    return text;
  }
}

const repairedLine = (line: string): string =>
  line.startsWith("data:") ? `data: ${repairedJson(line.slice(5).trim())}` : line;

function repairedLines(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  return new TransformStream({
    transform(bytes, controller) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0)
        controller.enqueue(encoder.encode(lines.map((line) => `${repairedLine(line)}\n`).join("")));
    },
    flush(controller) {
      if (rest !== "") controller.enqueue(encoder.encode(repairedLine(rest)));
    },
  });
}

/** A JSON-RPC message, or a list of them. The id null of an error is a value. */
function repairedMessage(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(repairedMessage);
  if (!isRecord(message)) return message;
  const { id, result, ...rest } = message;
  const repaired = withoutNulls(rest) as Fields;
  return {
    ...repaired,
    ...(id !== undefined && { id }),
    ...(isRecord(result) && { result: repairedResult(withoutNulls(result) as Fields) }),
  };
}

const repairedResult = (result: Fields): Fields =>
  Array.isArray(result["content"])
    ? { ...result, content: result["content"].filter((block) => block !== null).map(repairedBlock) }
    : result;

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key, opaque.has(key) ? each : withoutNulls(each)]),
  );
}

/** A block that the SDK takes; of any other its kind, and its text if it has one. */
function repairedBlock(block: unknown): unknown {
  if (!isRecord(block)) return textBlock(String(block));
  if (isKnown(block)) return block;
  const { type, text } = block;
  const kind = typeof type === "string" && type !== "text" ? type : undefined;
  if (typeof text === "string") return textBlock(kind === undefined ? text : `[${kind}] ${text}`);
  return textBlock(`[${kind ?? "a part without a kind"}, left out]`);
}

const textBlock = (text: string): Fields => ({ type: "text", text });

function isKnown({ type, text, data, mimeType, uri, name, resource }: Fields): boolean {
  const areTexts = (...values: readonly unknown[]): boolean =>
    values.every((value) => typeof value === "string");
  switch (type) {
    case "text":
      return areTexts(text);
    case "image":
    case "audio":
      return areTexts(data, mimeType);
    case "resource_link":
      return areTexts(uri, name);
    case "resource":
      return isRecord(resource) && areTexts(resource["uri"], resource["text"] ?? resource["blob"]);
    default:
      return false;
  }
}

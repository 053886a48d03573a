/**
 * Parses a request's target as sent. `new URL` is not an option: official clients send `//ws/…`, which it would take
 * for a host named `ws`.
 */
import type { IncomingMessage } from "node:http";
import type { UpgradeRequest } from "../../core/connection/socket.ts";

export function readRequest(request: IncomingMessage): UpgradeRequest {
  return { ...parseTarget(request.url ?? "/"), headers: readHeaders(request.headers) };
}

/** @param target origin form, or the absolute form that proxies send (RFC 9112 §3.2.2). */
export function parseTarget(target: string): Pick<UpgradeRequest, "path" | "query"> {
  const origin = target.replace(/^(?:https?|wss?):\/\/[^/?]*/iu, "");
  const [path = "", ...rest] = origin.split("?");
  return { path: path === "" ? "/" : path, query: readQuery(rest.join("?")) };
}

function readQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split("&").filter((pair) => pair !== "")) {
    const [name = "", ...value] = pair.split("=");
    if (!parameters.has(decoded(name))) parameters.set(decoded(name), decoded(value.join("=")));
  }
  return parameters;
}

/** Keeps plus signs: clients put unencoded keys into the query. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readHeaders(headers: IncomingMessage["headers"]): Map<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
}

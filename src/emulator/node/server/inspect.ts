/** `/_emulator/…`: what a developer may look at, from this machine only. Never media, keys or headers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isLocal } from "./loopback.ts";
import { readTarget } from "./target.ts";

/** What can be looked at: each gives a value to be shown as JSON. */
export type Views = Readonly<Record<string, (query: ReadonlyMap<string, string>) => unknown>>;

const prefix = "/_emulator/";

/** Answers every plain HTTP request. */
export function inspect(views: Views, request: IncomingMessage, response: ServerResponse): void {
  const { path, query } = readTarget(request.url ?? "/");
  if (!path.startsWith(prefix)) return refuse(response, 404, "NOT_FOUND", "There is nothing here.");
  if (!isLocal(request))
    return refuse(response, 403, "PERMISSION_DENIED", "Only this machine may look in here.");
  const view = Object.hasOwn(views, path.slice(prefix.length))
    ? views[path.slice(prefix.length)]
    : undefined;
  if (view === undefined)
    return refuse(response, 404, "NOT_FOUND", `There is: ${Object.keys(views).join(", ")}.`);
  if (request.method !== "GET")
    return refuse(response, 405, "INVALID_ARGUMENT", "This can only be read.");
  return answer(response, 200, view(query));
}

/** An error as Google's APIs write it. */
function refuse(response: ServerResponse, code: number, status: string, message: string): void {
  answer(response, code, { error: { code, message, status } });
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

/**
 * `/_emulator/…`: what a developer may look at, and do, from this machine only. Never media, keys or headers.
 *
 *     GET  /_emulator/stats             a view
 *     POST /_emulator/faults  {…}       a deed
 */
import type { IncomingMessage } from "node:http";
import { ScriptError } from "../../core/script-error.ts";
import type { HttpRequest } from "../../core/protocol/http.ts";
import { type HttpReply, errorReply } from "./http-reply.ts";
import { isLocalRequest } from "./loopback.ts";

export interface DebugEndpoints {
  /** What can be looked at: each gives a value to be shown as JSON, or a text to be shown as it is. */
  readonly views: Readonly<Record<string, DebugView>>;
  /** What can be done. @throws BadScript for what cannot be read. */
  readonly actions: Readonly<Record<string, DebugAction>>;
}

export type DebugView = (query: ReadonlyMap<string, string>) => object | string;
export type DebugAction = (asked: unknown) => HttpReply;

const prefix = "/_emulator/";

/** Undefined for a path that is not one of these. */
export function handleDebugRequest(
  { views, actions }: DebugEndpoints,
  incoming: IncomingMessage,
  { path, query, method, body }: HttpRequest,
): HttpReply | undefined {
  if (!path.startsWith(prefix)) return undefined;
  if (!isLocalRequest(incoming))
    return errorReply(403, "PERMISSION_DENIED", "Only this machine may look in here.");
  const name = path.slice(prefix.length);
  const view = ownProperty(views, name);
  const deed = ownProperty(actions, name);
  if (method === "GET" && view !== undefined) return { status: 200, body: view(query) };
  if (method === "POST" && deed !== undefined) return performAction(deed, body);
  if (view !== undefined) return errorReply(405, "INVALID_ARGUMENT", "This can only be read.");
  if (deed !== undefined) return errorReply(405, "INVALID_ARGUMENT", "This can only be posted to.");
  const names = [...Object.keys(views), ...Object.keys(actions)].join(", ");
  return errorReply(404, "NOT_FOUND", `There is: ${names}.`);
}

function ownProperty<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function performAction(deed: DebugAction, body: string): HttpReply {
  try {
    return deed(JSON.parse(body));
  } catch (problem) {
    if (problem instanceof SyntaxError)
      return errorReply(400, "INVALID_ARGUMENT", `That is not JSON: ${problem.message}`);
    if (problem instanceof ScriptError) return errorReply(400, "INVALID_ARGUMENT", problem.message);
    throw problem;
  }
}

/**
 * `/_emulator/…`: views and actions for developers, from this machine only. They never show media, keys or headers.
 *
 *     GET  /_emulator/stats             a view
 *     POST /_emulator/faults  {…}       an action
 */
import type { IncomingMessage } from "node:http";
import { ScriptError } from "../../core/script-error.ts";
import type { HttpRequest } from "../../core/protocol/http.ts";
import { type HttpReply, errorReply } from "./http-reply.ts";
import { isLocalRequest } from "./loopback.ts";

export interface DebugEndpoints {
  /** Read-only endpoints: an object is shown as JSON, a string as text. */
  readonly views: Readonly<Record<string, DebugView>>;
  /** Endpoints that accept a POST. @throws ScriptError for a malformed body. */
  readonly actions: Readonly<Record<string, DebugAction>>;
}

type DebugView = (query: ReadonlyMap<string, string>) => object | string;
type DebugAction = (body: unknown) => HttpReply;

const prefix = "/_emulator/";

/** @returns undefined for any other path. */
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
  const action = ownProperty(actions, name);
  if (method === "GET" && view !== undefined) return { status: 200, body: view(query) };
  if (method === "POST" && action !== undefined) return performAction(action, body);
  if (view !== undefined) return errorReply(405, "INVALID_ARGUMENT", "This can only be read.");
  if (action !== undefined)
    return errorReply(405, "INVALID_ARGUMENT", "This can only be posted to.");
  const names = [...Object.keys(views), ...Object.keys(actions)].join(", ");
  return errorReply(404, "NOT_FOUND", `There is: ${names}.`);
}

function ownProperty<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function performAction(action: DebugAction, body: string): HttpReply {
  try {
    return action(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError)
      return errorReply(400, "INVALID_ARGUMENT", `That is not JSON: ${error.message}`);
    if (error instanceof ScriptError) return errorReply(400, "INVALID_ARGUMENT", error.message);
    throw error;
  }
}

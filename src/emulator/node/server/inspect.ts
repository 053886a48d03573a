/**
 * `/_emulator/…`: what a developer may look at, and do, from this machine only. Never media, keys or headers.
 *
 *     GET  /_emulator/stats             a view
 *     POST /_emulator/faults  {…}       a deed
 */
import type { IncomingMessage } from "node:http";
import { BadScript } from "../../core/script-error.ts";
import type { HttpRequest } from "../../core/protocol/http.ts";
import { type Answer, failure } from "./failure.ts";
import { isLocal } from "./loopback.ts";

export interface Panel {
  /** What can be looked at: each gives a value to be shown as JSON, or a text to be shown as it is. */
  readonly views: Readonly<Record<string, View>>;
  /** What can be done. @throws BadScript for what cannot be read. */
  readonly deeds: Readonly<Record<string, Deed>>;
}

export type View = (query: ReadonlyMap<string, string>) => object | string;
export type Deed = (asked: unknown) => Answer;

const prefix = "/_emulator/";

/** Undefined for a path that is not one of these. */
export function inspect(
  { views, deeds }: Panel,
  incoming: IncomingMessage,
  { path, query, method, body }: HttpRequest,
): Answer | undefined {
  if (!path.startsWith(prefix)) return undefined;
  if (!isLocal(incoming))
    return failure(403, "PERMISSION_DENIED", "Only this machine may look in here.");
  const name = path.slice(prefix.length);
  const view = own(views, name);
  const deed = own(deeds, name);
  if (method === "GET" && view !== undefined) return { status: 200, body: view(query) };
  if (method === "POST" && deed !== undefined) return perform(deed, body);
  if (view !== undefined) return failure(405, "INVALID_ARGUMENT", "This can only be read.");
  if (deed !== undefined) return failure(405, "INVALID_ARGUMENT", "This can only be posted to.");
  const names = [...Object.keys(views), ...Object.keys(deeds)].join(", ");
  return failure(404, "NOT_FOUND", `There is: ${names}.`);
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function perform(deed: Deed, body: string): Answer {
  try {
    return deed(JSON.parse(body));
  } catch (problem) {
    if (problem instanceof SyntaxError)
      return failure(400, "INVALID_ARGUMENT", `That is not JSON: ${problem.message}`);
    if (problem instanceof BadScript) return failure(400, "INVALID_ARGUMENT", problem.message);
    throw problem;
  }
}

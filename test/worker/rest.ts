/** The session routes inside workerd, and the alarm that updates the directory. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import type { Conversation } from "../../src/conversation/conversation.ts";
import type { Event } from "../../src/wire/adk.ts";

/** Every field that a response may have; a given route has some of them. */
export interface Body {
  readonly apps: readonly unknown[];
  readonly detail: unknown;
  readonly state: Record<string, unknown>;
  readonly events: readonly Event[];
  readonly lastUpdateTime: number;
}

export interface RestResponse {
  readonly status: number;
  readonly body: Body;
}

/** One request. @param body sent as JSON, unless it is a string. */
export async function rest(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<RestResponse> {
  const response = await exports.default.fetch(`https://parley.test${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  const answer = (isJson ? JSON.parse(text) : text) as Body;
  return { status: response.status, body: answer };
}

export const sessionsPath = (user: string, app = "assistant") =>
  `/apps/${app}/users/${user}/sessions`;

export const stubOf = (session: string, user: string, app = "assistant") =>
  env.CONVERSATION.getByName(JSON.stringify([app, user, session]));

/** Runs the alarm now, which writes the pending directory updates. */
export const runAlarm = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), (conversation: Conversation) =>
    conversation.alarm(),
  );

/** Turns asked for over HTTP, as ADK's clients do, inside workerd. */
import { exports } from "cloudflare:workers";
import type { Event } from "../../src/wire/adk.ts";
import { rest, sessionsPath } from "./rest.ts";
import { emulated, until } from "./emulated.ts";

let count = 0;

/** A session that was made, and the emulator behind it. */
export async function session(options: Parameters<typeof emulated>[1] = {}) {
  const [user, id] = ["rae", `r${++count}`];
  const object = JSON.stringify(["assistant", user, id]);
  const emulator = emulated(object, options);
  await rest("POST", sessionsPath(user), { sessionId: id });
  const body = (text: string, more: object = {}) => ({
    appName: "assistant",
    userId: user,
    sessionId: id,
    newMessage: { role: "user", parts: [{ text }] },
    ...more,
  });
  return {
    ...emulator,
    object,
    user,
    id,
    body,
    live: `/run_live?app_name=assistant&user_id=${user}&session_id=${id}`,
    /** One run over /run, while the emulator's time passes. */
    run: (asked: object) => until(run(asked), emulator.pass),
    /** The frames of one over /run_sse. */
    runSse: (asked: object) => until(runSse(asked), emulator.pass),
  };
}

export const post = (
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> =>
  exports.default.fetch(`https://parley.test${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export async function run(body: object): Promise<Event[]> {
  const response = await post("/run", body);
  return (await response.json()) as Event[];
}

/** @returns the events of a stream, each from its own `data:` line. */
export async function runSse(body: object): Promise<Event[]> {
  const response = await post("/run_sse", body);
  return dataOf(await response.text());
}

/** A stream of events is `data: …` and an empty line, each, and nothing else. */
export const dataOf = (stream: string): Event[] =>
  stream
    .split("\n\n")
    .filter(Boolean)
    .map((frame) => JSON.parse(/^data: (.*)$/.exec(frame)?.[1] ?? "") as Event);

export const textsOf = (events: readonly Event[]): string[] =>
  events.flatMap((event) => event.content?.parts?.flatMap(({ text }) => text ?? []) ?? []);

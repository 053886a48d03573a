/** Runs over HTTP, as ADK's clients make them, inside workerd. */
import { exports } from "cloudflare:workers";
import type { Event } from "../../src/wire/adk.ts";
import { rest, sessionsPath } from "./rest.ts";
import { emulated, until } from "./emulated.ts";

let count = 0;

/** A new session with the emulator as its upstream. */
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
    /** One run over /run, while the emulator's clock advances. */
    run: (request: object) => until(run(request), emulator.pass),
    /** One run over /run_sse, likewise. */
    runSse: (request: object) => until(runSse(request), emulator.pass),
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

/** Each event of the stream is `data: …` and an empty line. A run of more than a second has comments between them. */
export const dataOf = (stream: string): Event[] =>
  stream
    .split("\n\n")
    .filter((frame) => frame !== "" && frame !== ":")
    .map((frame) => JSON.parse(/^data: (.*)$/.exec(frame)?.[1] ?? "") as Event);

export const textsOf = (events: readonly Event[]): string[] =>
  events.flatMap((event) => event.content?.parts?.flatMap(({ text }) => text ?? []) ?? []);

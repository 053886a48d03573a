/** The requests of HTTP that are fuzzed: every route, with bodies, addresses and headers that are nearly valid. */
import { Agent, request } from "node:http";
import { gzipSync } from "node:zlib";
import { mutated, pick } from "../../test/support/mutation.ts";
import { answerFault, codesIn } from "./answers.ts";
import { isLoadCode, Retries } from "./retries.ts";
import type { Tally } from "./tally.ts";

export interface HttpInput {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

interface Route {
  readonly method: string;
  /** `*` is an id. */
  readonly path: string;
  readonly body?: object;
}

const event = {
  id: "e",
  invocationId: "i",
  author: "user",
  timestamp: 1,
  content: { role: "user", parts: [{ text: "hi" }, { functionCall: { id: "c", name: "f" } }] },
  actions: { stateDelta: { a: 1 }, artifactDelta: {} },
};
const artifact = {
  filename: "f",
  artifact: { inlineData: { mimeType: "text/plain", data: "YQ==" } },
  customMetadata: { a: 1 },
};
const run = {
  appName: "assistant",
  userId: "fuzz",
  sessionId: "s",
  newMessage: { role: "user", parts: [{ text: "hi" }] },
  streaming: false,
  stateDelta: {},
};
const sessions = "/apps/assistant/users/*/sessions";

const sendRoutes: readonly Route[] = [
  { method: "POST", path: "/send/*/*", body: { mime_type: "text/plain", data: "hi" } },
  { method: "POST", path: "/send/*", body: { mime_type: "text/plain", data: "hi" } },
  { method: "POST", path: "/send/*/*", body: { mime_type: "audio/pcm", data: "AAAAAAAA" } },
  { method: "POST", path: "/send/*/*", body: { mime_type: "image/jpeg", data: "/9j/4AAQ" } },
];

const httpRoutes: readonly Route[] = [
  { method: "POST", path: sessions, body: { sessionId: "s", state: { a: 1 }, events: [event] } },
  { method: "GET", path: sessions },
  { method: "POST", path: `${sessions}/*`, body: { a: 1, "user:b": [2] } },
  { method: "GET", path: `${sessions}/*` },
  { method: "PATCH", path: `${sessions}/*`, body: { stateDelta: { a: 1, "app:b": { c: 2 } } } },
  { method: "DELETE", path: `${sessions}/*` },
  { method: "POST", path: `${sessions}/*/artifacts`, body: artifact },
  { method: "GET", path: `${sessions}/*/artifacts` },
  { method: "GET", path: `${sessions}/*/artifacts/f` },
  { method: "GET", path: `${sessions}/*/artifacts/f/versions` },
  { method: "GET", path: `${sessions}/*/artifacts/f/versions/*` },
  { method: "DELETE", path: `${sessions}/*/artifacts/f` },
  { method: "POST", path: "/run", body: { ...run, sessionId: "never" } },
  { method: "POST", path: "/run_sse", body: { ...run, sessionId: "never", streaming: true } },
  {
    method: "POST",
    path: "/v1alpha/auth_tokens",
    body: { uses: 1, expireTime: "2030-01-01T00:00:00Z", bidiGenerateContentSetup: { model: "m" } },
  },
  { method: "POST", path: "/api/calls", body: { to: "+14155550123", agent: "assistant" } },
  { method: "POST", path: "/twilio/voice", body: { CallSid: "CA1" } },
  { method: "POST", path: "/config/telemetry", body: { enabled: true } },
  { method: "POST", path: "/dev/apps/assistant/eval_sets", body: { id: "e" } },
  { method: "PATCH", path: "/apps/assistant/users/*/memory", body: { session_id: "s" } },
  { method: "GET", path: "/dev/apps/assistant/debug/trace/session/*?user_id=fuzz" },
  { method: "GET", path: "/dev/apps/assistant/debug/trace/*" },
  { method: "GET", path: "/dev/apps/assistant/build_graph" },
  { method: "GET", path: "/list-apps?detailed=true" },
  { method: "GET", path: "/healthz" },
  { method: "GET", path: "/products/*" },
  { method: "HEAD", path: "/events/*/*" },
  { method: "GET", path: "/ws/*/*" },
  { method: "GET", path: "/run_live?app_name=assistant&user_id=*&session_id=*" },
  { method: "GET", path: "/*" },
];

export interface RequestProtocol {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Its requests speak in conversations that streams follow. */
  readonly follows: boolean;
}

export const requestProtocols: readonly RequestProtocol[] = [
  { name: "SSE /send", routes: sendRoutes, follows: true },
  { name: "HTTP routes", routes: httpRoutes, follows: false },
];

/** Creates a session of the user "fuzz", which may exist. */
export async function createSession(
  base: string,
  session: string,
  retries: Retries,
): Promise<void> {
  const url = `${base}/apps/assistant/users/fuzz/sessions/${session}`;
  for (;;) {
    const response = await fetch(url, { method: "POST" });
    const refused = refusedFor(
      response.status,
      await response.text(),
      response.headers.get(retryAfter),
    );
    if (refused === undefined || !(await retries.again(refused))) return;
  }
}

/** Opens the streams of the conversations that `/send` speaks in. @returns a function that ends them. */
export async function follow(base: string, retries: Retries): Promise<() => void> {
  const streams = new Agent();
  const users = Array.from({ length: userCount }, (_, user) => `/events/fuzz${user}`);
  const paths = users.flatMap((path) => [
    path,
    ...Array.from({ length: followedCount }, (_, session) => `${path}/s${session}`),
  ]);
  for (const path of paths)
    while (!(await openStream(base + path, streams)) && (await retries.again()));
  return () => streams.destroy();
}

/** @returns whether the server sends it. */
function openStream(url: string, agent: Agent): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  request(url, { agent }, (response) => {
    response.on("error", () => undefined).resume();
    resolve(response.statusCode === 200);
  })
    .on("error", () => resolve(false))
    .end();
  return promise;
}

const strangeIds = [
  "-",
  ".",
  "..",
  "%2e%2e%2f",
  "%00",
  "%ff",
  "%",
  "__proto__",
  "constructor",
  "%F0%9F%98%80",
  "%C3%9Cnal",
  "a".repeat(300),
  "a%2Fb",
  "user:",
  "'--",
  "",
  "%22",
  "1e999",
];
const strangeHeaders: readonly Readonly<Record<string, string>>[] = [
  { "content-encoding": "gzip" },
  { "content-encoding": "br" },
  { "content-type": "text/plain; charset=utf-7" },
  { "content-type": "multipart/form-data" },
  { "last-event-id": "999999999999999999.-1" },
  { authorization: "Bearer " },
  { authorization: `Bearer ${"e30.".repeat(200)}` },
  { "sec-websocket-protocol": ",,parley.v1,auth.x" },
  { origin: "null" },
  { origin: "http://[" },
  { range: "bytes=9-1" },
  { "if-none-match": "*" },
  { "x-twilio-signature": "\u00e9".repeat(99) },
  { accept: "a".repeat(2_000) },
  { expect: "100-continue" },
  { "x-http-method-override": "DELETE" },
  { upgrade: "websocket", connection: "upgrade" },
];
const strangeMethods = ["PUT", "OPTIONS", "DELETE", "PATCH", "HEAD", "GET", "POST", "QUERY"];
const strangeQueries = ["role=viewer", "agent=__proto__", "is_audio=%00", "after=1.2.3", "a=%ff"];
const userCount = 20;
/** The streams follow some of them. */
const sessionCount = 6;
const followedCount = 4;

export function requestOf({ routes }: RequestProtocol, random: () => number): HttpInput {
  const route = pick(routes, random);
  let ids = 0;
  const id = (): string => {
    if (random() < 0.06) return pick(strangeIds, random);
    return ids++ === 0
      ? `fuzz${Math.floor(random() * userCount)}`
      : `s${Math.floor(random() * sessionCount)}`;
  };
  const path = route.path.replaceAll("*", id);
  const query =
    random() < 0.05 ? `${path.includes("?") ? "&" : "?"}${pick(strangeQueries, random)}` : "";
  const method = random() < 0.03 ? pick(strangeMethods, random) : route.method;
  const strange = random() < 0.08 ? pick(strangeHeaders, random) : {};
  const { body } = route;
  const text = body && (random() < 0.35 ? JSON.stringify(body) : mutated(body, random));
  const bytes = text === undefined ? undefined : Buffer.from(text);
  return {
    method,
    path: path + query,
    headers: { ...(bytes && { "content-type": "application/json" }), ...strange },
    body: bytes && "content-encoding" in strange && random() < 0.8 ? gzipSync(bytes) : bytes,
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const answerTimeoutMs = 90_000;

/** @returns the fault of the answer, in words. */
export async function runRequest(
  base: string,
  input: HttpInput,
  tally: Tally,
  retries = new Retries(tally),
): Promise<string | undefined> {
  for (;;) {
    const { fault, refusedForS } = await ask(base, input, tally);
    if (refusedForS !== undefined && (await retries.again(refusedForS))) continue;
    tally.frames++;
    return refusedForS === undefined ? fault : `it could not be tried: ${fault}`;
  }
}

interface Outcome {
  readonly fault?: string | undefined;
  /** The server has too much to do, and asks for a pause, in s. */
  readonly refusedForS?: number | undefined;
}

async function ask(
  base: string,
  { method, path, headers, body }: HttpInput,
  tally: Tally,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const length = body && { "content-length": `${body.length}` };
  const options = { method, headers: { ...headers, ...length }, agent };
  const sent = request(base + encoded(path), options);
  const timer = setTimeout(() => {
    sent.destroy();
    resolve({ fault: `no answer within ${answerTimeoutMs / 1000} s` });
  }, answerTimeoutMs);
  sent.on("error", (error) => resolve({ fault: `no answer: ${error.message}` }));
  sent.on("upgrade", (_, socket) => {
    tally.count("HTTP 101");
    socket.destroy();
    resolve({});
  });
  sent.on("response", (response) => {
    const { statusCode: status = 0, headers: answered } = response;
    tally.answers++;
    tally.count(`HTTP ${status}`);
    // It goes on: its headers are the answer.
    if (answered["content-type"]?.startsWith("text/event-stream") && path.startsWith("/events")) {
      response.destroy();
      return resolve({});
    }
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", (error) => resolve({ fault: `the answer broke off: ${error.message}` }));
    response.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      if (path.startsWith("/send")) for (const code of codesIn(text)) tally.count(code);
      const fault = method === "HEAD" ? headFault(status) : answerFault({ status, body: text });
      resolve({ fault, refusedForS: refusedFor(status, text, answered[retryAfter]) });
    });
  });
  sent.end(body);
  return promise.finally(() => clearTimeout(timer));
}

const retryAfter = "retry-after";

/** The time to wait after a refusal for overload, in s; undefined if the answer is none. */
export function refusedFor(
  status: number,
  body: string,
  header: string | null | undefined,
): number | undefined {
  const isRefused =
    (status === 429 || status === 503) && (body === "" || codesIn(body).some(isLoadCode));
  return isRefused ? Number(header ?? 5) : undefined;
}

const headFault = (status: number): string | undefined =>
  status < 500 || status === 501 ? undefined : `HTTP ${status}`;

/** Encodes spaces and everything outside of ASCII: Node refuses to send them. */
const encoded = (path: string): string => path.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent);

export const describeRequest = ({ method, path, headers, body }: HttpInput): string =>
  `${method} ${path} ${JSON.stringify(headers)}${body ? ` ${JSON.stringify(body.toString("latin1"))}` : ""}`;

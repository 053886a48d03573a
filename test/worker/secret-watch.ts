/**
 * Searches everything that the Worker's suite prints, stores, sends or answers for the secrets that its tests use. A
 * finding fails the test during which it was made.
 */
import { findCanary } from "../support/canary.ts";
import { secret } from "./tokens.ts";
import { env } from "cloudflare:workers";

/**
 * "row": of an object's tables, its key-value store or D1. "attachment": of a socket. "URL": that the Worker or an object
 * fetches. "body", "header": of a response.
 */
type Place = "log line" | "row" | "attachment" | "frame" | "body" | "header" | "URL";

/** A token may be in a frame (a client renews its token by one) and in a body (that of the route that made it). */
const mayHaveTokens: ReadonlySet<Place> = new Set<Place>(["frame", "body"]);

const settings: readonly string[] = [
  secret,
  (env as { TWILIO_AUTH_TOKEN?: string }).TWILIO_AUTH_TOKEN ?? "",
  "-----BEGIN PRIVATE KEY-----",
].filter(Boolean);
const tokens = [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/u, /\bauth_tokens\/[\w-]{20,}/u];
/** A resumption handle (base64url), or media in either alphabet: no word and no path is so long. */
const encoded = /[\w-]{90,}|[A-Za-z0-9+/]{300,}/u;

/** Of the runtime and not of this module: the runner loads the module again for each file, in the same runtime. */
const { findings, watched } = ((globalThis as { secretWatch?: Watch }).secretWatch ??= {
  findings: [],
  watched: new WeakSet(),
});

interface Watch {
  readonly findings: string[];
  readonly watched: WeakSet<object>;
}

/** @returns what was found since the last call. */
export const takeFindings = (): string[] => findings.splice(0);

/** Records each secret of a text, without the secret. */
function inspect(place: Place, text: string): void {
  for (const [n, setting] of settings.entries())
    for (const form of findCanary(setting, text))
      findings.push(`secret ${n} in a ${place}, ${form}: ${excerpt(text)}`);
  if (place === "log line" && encoded.test(text))
    findings.push(`media or a handle in a log line: ${excerpt(text)}`);
  if (!mayHaveTokens.has(place) && tokens.some((shape) => shape.test(text)))
    findings.push(`a token in a ${place}: ${excerpt(text)}`);
}

const excerpt = (text: string): string =>
  settings.reduce((rest, setting) => rest.replaceAll(setting, "…"), text).slice(0, 200);

/** Inspects each value that any object stores from now on: the prototypes are everybody's. */
export function watchStorage({ sql, kv }: DurableObjectStorage): void {
  wrap(prototypeOf(sql), "exec", (_query, ...bindings) => inspectValues("row", bindings));
  wrap<"put", [string, unknown]>(prototypeOf(kv), "put", (key, value) =>
    inspectValues("row", [key, value]),
  );
}

/** Inspects each value that is bound to a statement of a D1 database. */
export function watchDatabase(database: D1Database): void {
  const statement = prototypeOf(database.prepare("SELECT 1"));
  wrap(statement, "bind", (...values) => inspectValues("row", values));
}

export function watchSockets(): void {
  wrap(WebSocket.prototype, "send", (frame) => {
    if (!isOfRunner(frame)) inspectValues("frame", [frame]);
  });
  wrap(WebSocket.prototype, "serializeAttachment", (value) => inspectValues("attachment", [value]));
}

/** The test runner reports results and output through a socket of this runtime. */
const isOfRunner = (frame: unknown): boolean =>
  typeof frame === "string" && frame.startsWith('[{"m":');

export function watchConsole(): void {
  for (const level of ["debug", "error", "info", "log", "warn"] as const)
    wrap(console, level, (...values) => inspectValues("log line", values));
}

/** Inspects each response that is made, those of services that tests play too, and each chunk of a stream. */
export function watchResponses(): void {
  if (watched.has(Response)) return;
  wrap<"json", [unknown, ResponseInit?]>(Response, "json", (value, init) => {
    inspectValues("body", [value]);
    inspectHeaders(init?.headers);
  });
  const inspectChunk = (chunk: unknown): void => inspectValues("body", [chunk]);
  wrap<"enqueue", [unknown]>(ReadableStreamDefaultController.prototype, "enqueue", inspectChunk);
  wrap<"enqueue", [ArrayBuffer | ArrayBufferView]>(
    ReadableByteStreamController.prototype,
    "enqueue",
    inspectChunk,
  );
  globalThis.Response = new Proxy(Response, {
    construct(original, [body, init]: ConstructorParameters<typeof Response>) {
      inspectValues("body", [body]);
      inspectHeaders(init?.headers);
      return new original(body, init);
    },
  });
  watched.add(Response);
}

/** Inspects each URL that is fetched, and not by a service binding or a stub: the tests' own requests come that way. */
export function watchFetch(): void {
  if (watched.has(fetch)) return;
  globalThis.fetch = watching(fetch);
  watched.add(fetch);
}

/** The same for a service that a test plays. */
export const watching =
  <Args extends [RequestInfo | URL, ...unknown[]], Result>(
    play: (...args: Args) => Result,
  ): ((...args: Args) => Result) =>
  (...args) => {
    inspectUrl(args[0]);
    return play(...args);
  };

export const inspectUrl = (request: RequestInfo | URL): void =>
  inspect("URL", request instanceof Request ? request.url : String(request));

function inspectHeaders(headers: HeadersInit | undefined): void {
  for (const [name, value] of new Headers(headers)) inspect("header", `${name}: ${value}`);
}

function inspectValues(place: Place, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === "string") inspect(place, value);
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
      inspect(place, new TextDecoder("latin1").decode(value));
    else if (value instanceof Error) inspect(place, `${value.message} ${value.stack}`);
    else if (isPlain(value)) inspect(place, JSON.stringify(value));
  }
}

/** Bytes in it are not inspected. */
const isPlain = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);

const prototypeOf = <T extends object>(value: T): T => Object.getPrototypeOf(value) as T;

/** Calls `look` with the arguments of each call of a method, and then the method. Once for each object. */
function wrap<Name extends string, Args extends unknown[]>(
  owner: Record<Name, (...args: Args) => unknown>,
  name: Name,
  look: (...args: Args) => void,
): void {
  const original = owner[name];
  if (watched.has(original)) return;
  const watching = function (this: unknown, ...args: Args): unknown {
    look(...args);
    return original.apply(this, args);
  };
  watched.add(watching);
  owner[name] = watching;
}

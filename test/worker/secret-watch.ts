/**
 * Searches everything that the Worker's suite prints, stores or sends for the secrets that its tests use. A finding fails
 * the test during which it was made.
 */
import { findCanary } from "../support/canary.ts";
import { secret } from "./tokens.ts";
import { env } from "cloudflare:workers";

/** A secret may be in a frame (a client renews its token by one), but never in a log line or a row. */
type Place = "log line" | "row" | "frame";

const settings: readonly string[] = [
  secret,
  (env as { TWILIO_AUTH_TOKEN?: string }).TWILIO_AUTH_TOKEN ?? "",
  "-----BEGIN PRIVATE KEY-----",
].filter(Boolean);
const tokens = [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/u, /\bauth_tokens\/[\w-]{20,}/u];

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
export function inspect(place: Place, text: string): void {
  for (const [n, setting] of settings.entries())
    for (const form of findCanary(setting, text))
      findings.push(`secret ${n} in a ${place}, ${form}: ${excerpt(text)}`);
  if (place === "frame") return;
  if (tokens.some((shape) => shape.test(text)))
    findings.push(`a token in a ${place}: ${excerpt(text)}`);
}

const excerpt = (text: string): string =>
  settings.reduce((rest, setting) => rest.replaceAll(setting, "…"), text).slice(0, 200);

/** Inspects each value that any object binds to a statement from now on: the prototype is everybody's. */
export function watchStorage({ sql }: DurableObjectStorage): void {
  wrap(Object.getPrototypeOf(sql) as Pick<SqlStorage, "exec">, "exec", (_query, ...bindings) =>
    inspectValues("row", bindings),
  );
}

export function watchSockets(): void {
  wrap(WebSocket.prototype, "send", (frame) => {
    if (!isOfRunner(frame)) inspectValues("frame", [frame]);
  });
}

/** The test runner reports results and output through a socket of this runtime. */
const isOfRunner = (frame: unknown): boolean =>
  typeof frame === "string" && frame.startsWith('[{"m":');

export function watchConsole(): void {
  for (const level of ["debug", "error", "info", "log", "warn"] as const)
    wrap(console, level, (...values) => inspectValues("log line", values));
}

function inspectValues(place: Place, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === "string") inspect(place, value);
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
      inspect(place, new TextDecoder("latin1").decode(value));
    else if (value instanceof Error) inspect(place, `${value.message} ${value.stack}`);
  }
}

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

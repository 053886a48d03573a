/** Answers plain HTTP: the API's own, which mints tokens, and `/_emulator/`, which is for this machine alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpAnswer, HttpRequest } from "../../core/protocol/http.ts";
import { failure } from "./failure.ts";
import { inspect, type Panel } from "./inspect.ts";
import { readRequest } from "./target.ts";

export interface Doors {
  readonly panel: Panel;
  /** The API's answer; undefined where there is nothing. */
  readonly http: (request: HttpRequest) => HttpAnswer | undefined;
}

/** Bytes of a request's body: no token's setup and no fault comes near it. */
const mostBody = 1024 * 1024;

export async function answer(
  doors: Doors,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readWhole(incoming).catch(() => undefined);
  if (request === undefined) return void response.destroy();
  // An answer in mid-upload ends the connection: the rest is not read.
  if (request === "too large") response.setHeader("connection", "close");
  const { status, body } = reply(doors, incoming, request);
  const text = typeof body === "string";
  response.writeHead(status, {
    "content-type": text ? "text/plain" : "application/json",
    "cache-control": "no-store",
  });
  response.end(text ? body : `${JSON.stringify(body, null, 2)}\n`);
}

function reply(doors: Doors, incoming: IncomingMessage, request: HttpRequest | "too large") {
  if (request === "too large")
    return failure(413, "INVALID_ARGUMENT", `A body may have ${mostBody} bytes, and no more.`);
  return (
    inspect(doors.panel, incoming, request) ??
    doors.http(request) ??
    failure(404, "NOT_FOUND", "There is nothing here.")
  );
}

async function readWhole(incoming: IncomingMessage): Promise<HttpRequest | "too large"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBody) return "too large";
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString("utf8");
  return { ...readRequest(incoming), method: incoming.method ?? "GET", body };
}

/** Answers plain HTTP: the API's own, which mints tokens, and `/_emulator/`, which is for this machine alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpResponse, HttpRequest } from "../../core/protocol/http.ts";
import { errorReply } from "./http-reply.ts";
import { handleDebugRequest, type DebugEndpoints } from "./debug-handler.ts";
import { readRequest } from "./read-request.ts";

export interface HttpHandlers {
  readonly debugEndpoints: DebugEndpoints;
  /** The API's answer; undefined where there is nothing. */
  readonly handleHttp: (request: HttpRequest) => HttpResponse | undefined;
}

/** Bytes of a request's body: no token's setup and no fault comes near it. */
const MAX_BODY_BYTES = 1024 * 1024;

export async function handleRequest(
  doors: HttpHandlers,
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

function reply(doors: HttpHandlers, incoming: IncomingMessage, request: HttpRequest | "too large") {
  if (request === "too large")
    return errorReply(
      413,
      "INVALID_ARGUMENT",
      `A body may have ${MAX_BODY_BYTES} bytes, and no more.`,
    );
  return (
    handleDebugRequest(doors.debugEndpoints, incoming, request) ??
    doors.handleHttp(request) ??
    errorReply(404, "NOT_FOUND", "There is nothing here.")
  );
}

async function readWhole(incoming: IncomingMessage): Promise<HttpRequest | "too large"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return "too large";
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString("utf8");
  return { ...readRequest(incoming), method: incoming.method ?? "GET", body };
}

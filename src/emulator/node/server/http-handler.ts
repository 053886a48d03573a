/** Handles plain HTTP: the API's token endpoint, and `/_emulator/` for this machine alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpResponse, HttpRequest } from "../../core/protocol/http.ts";
import { errorReply } from "./http-reply.ts";
import { handleDebugRequest, type DebugEndpoints } from "./debug-handler.ts";
import { readRequest } from "./read-request.ts";

export interface HttpHandlers {
  readonly debugEndpoints: DebugEndpoints;
  /** The API's reply; undefined for an unknown path. */
  readonly handleHttp: (request: HttpRequest) => HttpResponse | undefined;
}

/** Far above the size of any token setup or fault. */
const MAX_BODY_BYTES = 1024 * 1024;

export async function handleRequest(
  handlers: HttpHandlers,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readWholeRequest(incoming).catch(() => undefined);
  if (request === undefined) return void response.destroy();
  // A reply during the upload ends the connection: the rest is not read.
  if (request === "too large") response.setHeader("connection", "close");
  const { status, body } = replyTo(handlers, incoming, request);
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/plain" : "application/json",
    "cache-control": "no-store",
  });
  response.end(isText ? body : `${JSON.stringify(body, null, 2)}\n`);
}

function replyTo(
  handlers: HttpHandlers,
  incoming: IncomingMessage,
  request: HttpRequest | "too large",
) {
  if (request === "too large")
    return errorReply(
      413,
      "INVALID_ARGUMENT",
      `A body may have ${MAX_BODY_BYTES} bytes, and no more.`,
    );
  return (
    handleDebugRequest(handlers.debugEndpoints, incoming, request) ??
    handlers.handleHttp(request) ??
    errorReply(404, "NOT_FOUND", "There is nothing here.")
  );
}

async function readWholeRequest(incoming: IncomingMessage): Promise<HttpRequest | "too large"> {
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

/** Requests with tokens, through the Worker. */
import { env } from "cloudflare:workers";
import { sign } from "hono/jwt";
import worker from "../../src/index.ts";

export const secret = "a secret of the test";

/** A token for a minute, unless the claims say otherwise. */
export const tokenFor = (claims: object = {}, key = secret): Promise<string> =>
  sign({ exp: Math.floor(Date.now() / 1000) + 60, ...claims }, key, "HS256");

export interface TokenRequest {
  readonly method?: string;
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  readonly headers?: Record<string, string>;
  readonly settings?: Record<string, string>;
  /** In place of the Worker's own. */
  readonly bindings?: object;
}

/** A request where tokens are required. */
export async function ask(
  path: string,
  { method = "GET", token, body, headers = {}, settings = {}, bindings }: TokenRequest = {},
): Promise<Response> {
  const request = new Request(`https://parley.test${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return worker.fetch(request, { ...env, AUTH_SECRET: secret, ...settings, ...bindings });
}

/** The same as an upgrade; the socket is accepted. Throws if the server answers with a status. */
export async function askSocket(path: string, request: TokenRequest = {}): Promise<WebSocket> {
  const headers = { Upgrade: "websocket", ...request.headers };
  const { webSocket, status } = await ask(path, { ...request, headers });
  if (!webSocket) throw new Error(`no socket: HTTP ${status}`);
  webSocket.binaryType = "arraybuffer";
  return webSocket;
}

/** How a socket ends, and everything that came before, as text. */
export async function untilClosed(socket: WebSocket): Promise<{
  readonly code: number;
  readonly reason: string;
  readonly text: string;
}> {
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  let text = "";
  socket.addEventListener("message", ({ data }) => {
    text += typeof data === "string" ? data : new TextDecoder().decode(data as ArrayBuffer);
  });
  socket.addEventListener("close", ({ code, reason }) => closed.resolve({ code, reason }));
  socket.accept();
  return { ...(await closed.promise), text };
}

/**
 * Opens a socket to the Live API. Key and token travel in a header, never in a URL.
 *
 *     AI Studio   {base}/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent   x-goog-api-key
 *     Vertex      {base}/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent           Bearer
 */
import { cutText } from "../wire/text.ts";
import { getAccessToken, invalidateToken } from "./access-token.ts";
import { liveUrl, type Endpoint, type Fetch } from "./endpoint.ts";

export type { Endpoint, Fetch } from "./endpoint.ts";

/** The service rejected the upgrade. The message contains the service's own. */
class UpgradeError extends Error {
  override readonly name = "UpgradeError";
}

/**
 * Upgrades to a WebSocket (Workers: `fetch` with an Upgrade header; the URL must be http).
 * @param signal aborts the attempt. It stays tied to the socket, so it must not be aborted once the socket is open.
 * @throws UpgradeError with the HTTP status and the service's text; AccessTokenError.
 */
export async function openUpstreamSocket(
  endpoint: Endpoint,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<WebSocket> {
  const credential = await credentialHeaders(endpoint, fetch);
  const response = await fetch(liveUrl(endpoint), {
    headers: { Upgrade: "websocket", ...credential },
    signal,
  });
  const socket = response.webSocket;
  if (response.status === 401 && endpoint.surface === "Vertex") invalidateToken(endpoint.account);
  if (!socket)
    throw new UpgradeError(`HTTP ${response.status} ${cutText(await response.text(), 500)}`);
  // The default, Blob, is read asynchronously: frames would arrive out of order.
  socket.binaryType = "arraybuffer";
  return socket;
}

async function credentialHeaders(
  endpoint: Endpoint,
  fetch: Fetch,
): Promise<Record<string, string>> {
  return endpoint.surface === "Vertex"
    ? { Authorization: `Bearer ${await getAccessToken(endpoint.account, fetch, Date.now())}` }
    : { "x-goog-api-key": endpoint.key };
}

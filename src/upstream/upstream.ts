/**
 * Opens a socket that speaks the Live API, and does nothing else. Key and token travel in a header, never in a URL.
 *
 *     AI Studio   {base}/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent   x-goog-api-key
 *     Vertex      {base}/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent           Bearer
 */
import { getAccessToken, invalidateToken } from "./access-token.ts";
import { liveUrl, type Endpoint, type Fetch } from "./endpoint.ts";

export type { Endpoint, Fetch } from "./endpoint.ts";

/** The service refused the upgrade, or nobody answered. `message` holds the service's own words. */
export class UpgradeError extends Error {
  override readonly name = "NoUpgrade";
}

/**
 * Upgrades to a WebSocket (Workers: `fetch` with an Upgrade header; the URL must be http).
 * @param signal ends the attempt. It stays tied to the socket afterwards, so never abort it once open.
 * @throws NoUpgrade with the HTTP status and the service's words. NoToken, see there.
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
    throw new UpgradeError(`HTTP ${response.status} ${(await response.text()).slice(0, 500)}`);
  // Binary frames would come as Blobs, out of order, and be sent on as "[object Blob]".
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

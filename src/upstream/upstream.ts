/**
 * Opens a socket that speaks the Live API, and does nothing else. Key and token travel in a header, never in a URL.
 *
 *     AI Studio   {base}/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent   x-goog-api-key
 *     Vertex      {base}/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent           Bearer
 */
import { accessToken, forgetToken } from "./access-token.ts";
import { liveUrl, type Endpoint, type Fetch } from "./endpoint.ts";

export type { Endpoint, Fetch } from "./endpoint.ts";

/** The service refused the upgrade, or nobody answered. `message` holds the service's own words. */
export class NoUpgrade extends Error {
  override readonly name = "NoUpgrade";
}

/**
 * Upgrades to a WebSocket (Workers: `fetch` with an Upgrade header; the URL must be http).
 * @param signal ends the attempt. It stays tied to the socket afterwards, so never abort it once open.
 * @throws NoUpgrade with the HTTP status and the service's words. NoToken, see there.
 */
export async function openUpstream(
  endpoint: Endpoint,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<WebSocket> {
  const credential = await credentialOf(endpoint, fetch);
  const response = await fetch(liveUrl(endpoint), {
    headers: { Upgrade: "websocket", ...credential },
    signal,
  });
  const socket = response.webSocket;
  if (response.status === 401 && endpoint.surface === "Vertex") forgetToken(endpoint.account);
  if (!socket)
    throw new NoUpgrade(`HTTP ${response.status} ${(await response.text()).slice(0, 500)}`);
  // Binary frames would come as Blobs, out of order, and be sent on as "[object Blob]".
  socket.binaryType = "arraybuffer";
  return socket;
}

async function credentialOf(endpoint: Endpoint, fetch: Fetch): Promise<Record<string, string>> {
  return endpoint.surface === "Vertex"
    ? { Authorization: `Bearer ${await accessToken(endpoint.account, fetch, Date.now())}` }
    : { "x-goog-api-key": endpoint.key };
}

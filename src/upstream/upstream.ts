/** Opens a socket that speaks the Live API, and does nothing else. The key travels in a header, never in a URL. */

export interface Endpoint {
  /** http(s) URL without a trailing slash; a path in it is kept. */
  readonly base: string;
  readonly version: string;
  readonly key: string;
}

/** How a request leaves the Worker: `fetch`, or a test's own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The service refused the upgrade, or nobody answered. `message` holds the service's own words. */
export class NoUpgrade extends Error {
  override readonly name = "NoUpgrade";
}

/**
 * Upgrades to a WebSocket (Workers: `fetch` with an Upgrade header; the URL must be http).
 * @param signal ends the attempt. It stays tied to the socket afterwards, so never abort it once open.
 * @throws NoUpgrade with the HTTP status and the service's words.
 */
export async function openUpstream(
  endpoint: Endpoint,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<WebSocket> {
  const response = await fetch(liveUrl(endpoint), {
    headers: { Upgrade: "websocket", "x-goog-api-key": endpoint.key },
    signal,
  });
  const socket = response.webSocket;
  if (!socket)
    throw new NoUpgrade(`HTTP ${response.status} ${(await response.text()).slice(0, 500)}`);
  // Binary frames would come as Blobs, out of order, and be sent on as "[object Blob]".
  socket.binaryType = "arraybuffer";
  return socket;
}

const liveUrl = ({ base, version }: Endpoint): string =>
  `${base}/ws/google.ai.generativelanguage.${version}.GenerativeService.BidiGenerateContent`;

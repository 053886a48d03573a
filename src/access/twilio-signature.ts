/**
 * Verifies that a request is Twilio's: its signature is an HMAC of the URL and of all form fields (Twilio: webhook
 * security). The URL is the configured one, which may differ from the URL of the request that arrives.
 */

/** @param signature the header `X-Twilio-Signature`. */
export async function verifyTwilioSignature(
  { authToken, url, fields }: SignedRequest,
  signature: string | null,
): Promise<boolean> {
  const expected = signature === null ? undefined : decodeBase64(signature);
  if (!expected) return false;
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const raw = new TextEncoder().encode(authToken);
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  for (const candidate of [url, toggleDefaultPort(url)]) {
    const signed = new TextEncoder().encode(candidate + serializeFields(fields));
    // In constant time.
    if (await crypto.subtle.verify("HMAC", key, expected, signed)) return true;
  }
  return false;
}

interface SignedRequest {
  readonly authToken: string;
  /** As configured at Twilio: scheme, host, path and query; `wss` for a stream. */
  readonly url: string;
  /** Of a form; undefined for an upgrade. */
  readonly fields?: URLSearchParams | undefined;
}

/** Names and values without separators, sorted by name; duplicates count once. */
function serializeFields(fields: URLSearchParams | undefined): string {
  const names = [...new Set(fields?.keys())].toSorted(byCodeUnit);
  return names
    .map((name) =>
      [...new Set(fields?.getAll(name))].toSorted(byCodeUnit).map((value) => name + value),
    )
    .flat()
    .join("");
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The URL with the scheme's default port added or removed: Twilio signs either form. */
function toggleDefaultPort(url: string): string {
  const [whole, scheme = "", host = "", rest = ""] = /^(\w+):\/\/([^/?]+)(.*)$/s.exec(url) ?? [];
  if (whole === undefined) return url;
  const port = scheme.endsWith("s") ? ":443" : ":80";
  const other = host.endsWith(port) ? host.slice(0, -port.length) : `${host}${port}`;
  return `${scheme}://${/:\d+$/.test(host) && !host.endsWith(port) ? host : other}${rest}`;
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return undefined;
  }
}

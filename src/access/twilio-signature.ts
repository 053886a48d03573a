/**
 * Whether a request is Twilio's: its signature is an HMAC of the address and, for a form, of all its fields (Twilio:
 * webhook security). The address is the one that Twilio was given, not the one that arrived here.
 */

/**
 * @param url as Twilio called it: scheme, host, path and query as they were configured; `wss` for a stream.
 * @param fields of a form; none for an upgrade.
 * @param signature of the header `X-Twilio-Signature`.
 */
export async function verifyTwilioSignature(
  { authToken, url, fields }: SignedRequest,
  signature: string | null,
): Promise<boolean> {
  const given = signature === null ? undefined : decodeBase64(signature);
  if (!given) return false;
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const raw = new TextEncoder().encode(authToken);
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  for (const each of [url, toggleDefaultPort(url)]) {
    const signed = new TextEncoder().encode(each + serializeFields(fields));
    // In constant time.
    if (await crypto.subtle.verify("HMAC", key, given, signed)) return true;
  }
  return false;
}

export interface SignedRequest {
  readonly authToken: string;
  readonly url: string;
  readonly fields?: URLSearchParams | undefined;
}

/** Sorted by name, each name right before its value; what is there twice counts once. */
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

/** Twilio's own libraries sign with the usual port and without. */
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

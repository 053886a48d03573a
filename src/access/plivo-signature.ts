/**
 * Verifies that a webhook is Plivo's: an HMAC-SHA256 of its URL, its form and a nonce
 * (https://www.plivo.com/docs/voice/concepts/signature-validation, V3).
 */

interface SignedWebhook {
  readonly authToken: string;
  /** As configured at Plivo: scheme, host, path and query. */
  readonly url: string;
  readonly fields: URLSearchParams;
  /** The header `X-Plivo-Signature-V3-Nonce`. */
  readonly nonce: string | null;
}

/** @param signatures the header `X-Plivo-Signature-V3`: one or more, with commas between. */
export async function verifyPlivoSignature(
  { authToken, url, fields, nonce }: SignedWebhook,
  signatures: string | null,
): Promise<boolean> {
  if (!signatures || !nonce) return false;
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const raw = encoder.encode(authToken);
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  const signed = encoder.encode(`${serialize(url, fields)}.${nonce}`);
  for (const signature of signatures.split(",")) {
    const expected = decodeBase64(signature.trim());
    // In constant time.
    if (expected && (await crypto.subtle.verify("HMAC", key, expected, signed))) return true;
  }
  return false;
}

/** The URL with its query sorted, then the form's names and values, sorted and without separators. */
function serialize(url: string, fields: URLSearchParams): string {
  const [base = "", search = ""] = url.split("?", 2);
  const query = sortedPairs(new URLSearchParams(search)).map(([name, value]) => `${name}=${value}`);
  const form = sortedPairs(fields).map(([name, value]) => name + value);
  const mark = query.length > 0 || form.length > 0 ? "?" : "";
  const dot = query.length > 0 && form.length > 0 ? "." : "";
  return `${base}${mark}${query.join("&")}${dot}${form.join("")}`;
}

const sortedPairs = (pairs: URLSearchParams): [string, string][] =>
  [...pairs].toSorted(([a, x], [b, y]) => byCodeUnit(a, b) || byCodeUnit(x, y));

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return undefined;
  }
}

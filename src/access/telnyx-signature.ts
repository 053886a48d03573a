/**
 * Verifies that a webhook is Telnyx's: an Ed25519 signature of its time and body
 * (https://developers.telnyx.com/docs/voice/programmable-voice/receiving-webhooks).
 */

interface SignedWebhook {
  /** Telnyx's public key, base64 of 32 bytes. */
  readonly publicKey: string;
  /** The body as it came. */
  readonly body: string;
  /** The header `telnyx-timestamp`: s since the epoch. */
  readonly timestamp: string | null;
}

/** An older webhook may be a repetition by another party; the clocks may differ. */
const maxAgeMs = 5 * 60_000;

/** @param signature the header `telnyx-signature-ed25519`. @param now in ms since the epoch. */
export async function verifyTelnyxSignature(
  { publicKey, body, timestamp }: SignedWebhook,
  signature: string | null,
  now: number,
): Promise<boolean> {
  if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > maxAgeMs) return false;
  try {
    const raw = Uint8Array.fromBase64(publicKey);
    const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    const signed = new TextEncoder().encode(`${timestamp}|${body}`);
    return await crypto.subtle.verify("Ed25519", key, Uint8Array.fromBase64(signature), signed);
  } catch {
    // No key, or no base64: as a wrong signature.
    return false;
  }
}

/**
 * Resumption handles that parley gives to Live API clients: opaque, and unforgeable if AUTH_SECRET is set.
 *
 *     handle = base64url( nonce ‖ AES-GCM( [conversation, issued at] ) ), under a key derived from AUTH_SECRET
 *
 * Without AUTH_SECRET the key is no secret: every client may join every conversation anyway.
 */
import { purposeKeys, type AuthSettings } from "./token.ts";

/** The lifetime of a session at Vertex, in ms. */
const handleLifetimeMs = 24 * 60 * 60_000;
const nonceBytes = 12;

/** @param conversation the name of its Durable Object. @param now in ms. */
export async function encryptHandle(
  auth: AuthSettings,
  conversation: string,
  now: number,
): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const plaintext = new TextEncoder().encode(JSON.stringify([conversation, now]));
  const ciphertext = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce },
    await encryptionKey(purposeKeys(auth, "resumptionHandle")[0]),
    plaintext,
  );
  const handle = new Uint8Array(nonceBytes + ciphertext.byteLength);
  handle.set(nonce);
  handle.set(new Uint8Array(ciphertext), nonceBytes);
  return handle.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The name of the conversation's object; undefined for a handle that parley did not issue, or that has expired. */
export async function decryptHandle(
  auth: AuthSettings,
  handle: string,
  now: number,
): Promise<string | undefined> {
  for (const secret of purposeKeys(auth, "resumptionHandle"))
    try {
      const bytes = Uint8Array.fromBase64(handle, { alphabet: "base64url" });
      const [iv, ciphertext] = [bytes.slice(0, nonceBytes), bytes.slice(nonceBytes)];
      const key = await encryptionKey(secret);
      const plaintext = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, ciphertext);
      const [conversation, issued] = JSON.parse(new TextDecoder().decode(plaintext)) as [
        string,
        number,
      ];
      return now - issued > handleLifetimeMs ? undefined : conversation;
    } catch {
      // Another key's, or no handle at all.
    }
  return undefined;
}

async function encryptionKey(secret: string): Promise<CryptoKey> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]);
}

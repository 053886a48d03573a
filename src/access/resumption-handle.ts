/**
 * What a client of the Live API comes back to a conversation by: opaque, ours alone, and made by nobody else.
 *
 *     handle = base64url( nonce ‖ AES-GCM( [conversation, issued at] ) ), under a key of AUTH_SECRET
 *
 * Where everybody may come in it guards nothing, and its key is no secret.
 */
import { purposeKey, type AuthSettings } from "./token.ts";

/** As long as Vertex keeps a session, in ms. */
const handleLifetimeMs = 24 * 60 * 60_000;
const nonceBytes = 12;

/** @param conversation the name of its object. @param now in ms. */
export async function encryptHandle(
  guard: AuthSettings,
  conversation: string,
  now: number,
): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const text = new TextEncoder().encode(JSON.stringify([conversation, now]));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce },
    await handleKey(guard),
    text,
  );
  const handle = new Uint8Array(nonceBytes + sealed.byteLength);
  handle.set(nonce);
  handle.set(new Uint8Array(sealed), nonceBytes);
  return handle.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The conversation it names; undefined when it is not ours, or too old. */
export async function decryptHandle(
  guard: AuthSettings,
  handle: string,
  now: number,
): Promise<string | undefined> {
  try {
    const bytes = Uint8Array.fromBase64(handle, { alphabet: "base64url" });
    const [nonce, sealed] = [bytes.slice(0, nonceBytes), bytes.slice(nonceBytes)];
    const key = await handleKey(guard);
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed);
    const [conversation, issued] = JSON.parse(new TextDecoder().decode(text)) as [string, number];
    return now - issued > handleLifetimeMs ? undefined : conversation;
  } catch {
    return undefined;
  }
}

async function handleKey(guard: AuthSettings): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(purposeKey(guard, "handle"));
  const digest = await crypto.subtle.digest("SHA-256", secret);
  return crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]);
}

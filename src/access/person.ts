/** Tells the participants of a conversation apart by what they present: a mute holds for all connections of one person. */
import { anonymousGrant, type Grant } from "./claims.ts";

/**
 * The same for all connections with one token, with the ephemeral tokens that a user's token makes, or with tokens of one
 * subject; undefined where no token is required. A digest, as it is stored with the connection.
 */
export async function personOf(
  grant: Grant,
  credential: string | undefined,
): Promise<string | undefined> {
  if (grant === anonymousGrant || credential === undefined) return undefined;
  const { subject, maker } = grant;
  if (maker !== undefined) return maker;
  const name = JSON.stringify(
    subject === undefined ? ["token", signedPart(credential)] : ["sub", subject],
  );
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name));
  return new Uint8Array(digest, 0, digestBytes).toHex();
}

/** A verified token without its signature, which can be written in several ways: base64 has bits that mean nothing. */
const signedPart = (token: string): string => token.slice(0, token.lastIndexOf("."));

const digestBytes = 16;

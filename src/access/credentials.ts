/**
 * Credentials of Live API clients: a parley token in place of Google's API key, or an ephemeral token. Errors use
 * Google's texts, which its SDKs look for.
 */
import { sign, verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import { clientError, type ClientError } from "../core/errors.ts";
import { isRole, type Role } from "../wire/parley-v1.ts";
import { identityParts, type Identity } from "./identity.ts";
import { missingSecret, purposeKey, type AuthSettings } from "./token.ts";

export interface VerifiedCredential {
  /** The parts of the identity that the credential is bound to. */
  readonly bound: Partial<Identity>;
  readonly role: Role | undefined;
  /** The app in `bound` is the default, not a choice: the client brings an agent of its own. */
  readonly agentless?: boolean;
  readonly ephemeralToken?: EphemeralTokenRef | undefined;
}

interface EphemeralTokenRef {
  readonly id: string;
  /** Expiry, in ms since the epoch. */
  readonly until: number;
}

/** Google's SDKs recognise an ephemeral token by this prefix. */
const ephemeralTokenPrefix = "auth_tokens/";

/** Signs an ephemeral token with the rights of `credential`. */
export async function signEphemeralToken(
  credential: VerifiedCredential,
  { id, until }: EphemeralTokenRef,
  auth: AuthSettings,
): Promise<string> {
  const { bound, role, agentless } = credential;
  const claims = {
    ...bound,
    ...(role && { role }),
    ...(agentless && { agentless }),
    jti: id,
    exp: Math.ceil(until / 1000),
  };
  return ephemeralTokenPrefix + (await sign(claims, purposeKey(auth, "ephemeralToken"), "HS256"));
}

/** Verifies a credential. Where no token is required, any text passes as an API key. */
export async function verifyCredential(
  credential: string | undefined,
  auth: AuthSettings,
): Promise<VerifiedCredential | ClientError> {
  const { secret, anonymous } = auth;
  if (credential?.startsWith(ephemeralTokenPrefix) && (secret !== undefined || anonymous))
    return verifyEphemeralToken(credential.slice(ephemeralTokenPrefix.length), auth);
  if (secret === undefined) return anonymous ? { bound: {}, role: undefined } : missingSecret();
  if (credential === undefined) return missingCredential();
  try {
    const claims = await verify(credential, secret, "HS256");
    return typeof claims.exp === "number" ? credentialFrom(claims) : invalidCredential();
  } catch (error) {
    return error instanceof JwtTokenExpired ? expired() : invalidCredential();
  }
}

async function verifyEphemeralToken(
  token: string,
  auth: AuthSettings,
): Promise<VerifiedCredential | ClientError> {
  try {
    const claims = await verify(token, purposeKey(auth, "ephemeralToken"), "HS256");
    const { jti, exp } = claims;
    return typeof jti === "string" && typeof exp === "number"
      ? {
          ...credentialFrom(claims),
          agentless: claims["agentless"] === true,
          ephemeralToken: { id: jti, until: exp * 1000 },
        }
      : invalidCredential();
  } catch (error) {
    return error instanceof JwtTokenExpired ? expired() : invalidCredential();
  }
}

function credentialFrom(claims: Readonly<Record<string, unknown>>): VerifiedCredential {
  const bound = identityParts.flatMap((part) =>
    typeof claims[part] === "string" ? [[part, claims[part]] as const] : [],
  );
  const { role } = claims;
  return { bound: Object.fromEntries(bound), role: isRole(role) ? role : undefined };
}

/** Live API: a bad key closes the socket after the upgrade, with 1007. */
export const invalidCredential = (): ClientError => ({
  ...clientError("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
  close: 1007,
});

export const expired = (): ClientError => ({
  ...clientError("UNAUTHENTICATED", "API key expired. Please renew the API key."),
  close: 1007,
});

export const spent = (): ClientError =>
  clientError("UNAUTHENTICATED", "The ephemeral token has no uses left.");

const missingCredential = (): ClientError =>
  clientError(
    "UNAUTHENTICATED",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  );

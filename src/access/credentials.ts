/**
 * What a credential of a client of the Live API lets it do. A parley token stands where Google's key would; what is
 * wrong with it is said in Google's words, which its clients look for.
 */
import { sign, verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import { clientError, type ClientError } from "../core/errors.ts";
import { isRole, type Role } from "../wire/parley-v1.ts";
import { purposeKey, type AuthSettings } from "./token.ts";

export interface VerifiedCredential {
  /** What it binds its bearer to. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  readonly role: Role | undefined;
  /** Nobody named the agent it is bound to: the model is its bearer's alone. */
  readonly agentless?: boolean;
  /** The ticket it is, if it is one. */
  readonly ticket?: EphemeralTokenRef | undefined;
}

/** What is left of a ticket on its way in: its name, and when it expires, in ms. */
export interface EphemeralTokenRef {
  readonly id: string;
  readonly until: number;
}

/** How a ticket is named, and by what the SDKs know one. */
const ephemeralTokenPrefix = "auth_tokens/";

/** A ticket that lets its bearer do what the pass lets its own. */
export async function signEphemeralToken(
  pass: VerifiedCredential,
  { id, until }: EphemeralTokenRef,
  guard: AuthSettings,
): Promise<string> {
  const { bound, role, agentless } = pass;
  const claims = {
    ...bound,
    ...(role && { role }),
    ...(agentless && { agentless }),
    jti: id,
    exp: Math.ceil(until / 1000),
  };
  return ephemeralTokenPrefix + (await sign(claims, purposeKey(guard, "ticket"), "HS256"));
}

/** Judges a credential: anything will do where everybody may come in. */
export async function verifyCredential(
  credential: string | undefined,
  guard: AuthSettings,
): Promise<VerifiedCredential | ClientError> {
  const { secret, anonymous } = guard;
  if (credential?.startsWith(ephemeralTokenPrefix) && (secret !== undefined || anonymous))
    return verifyEphemeralToken(credential.slice(ephemeralTokenPrefix.length), guard);
  if (secret === undefined)
    return anonymous
      ? { bound: {}, role: undefined }
      : clientError(
          "UNAUTHENTICATED",
          "This server has no AUTH_SECRET, so nobody gets in. Whoever runs it must set one.",
        );
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
  guard: AuthSettings,
): Promise<VerifiedCredential | ClientError> {
  try {
    const claims = await verify(token, purposeKey(guard, "ticket"), "HS256");
    const { jti, exp } = claims;
    return typeof jti === "string" && typeof exp === "number"
      ? {
          ...credentialFrom(claims),
          agentless: claims["agentless"] === true,
          ticket: { id: jti, until: exp * 1000 },
        }
      : invalidCredential();
  } catch (error) {
    return error instanceof JwtTokenExpired ? expired() : invalidCredential();
  }
}

function credentialFrom(claims: Readonly<Record<string, unknown>>): VerifiedCredential {
  const named = (["app", "user", "session"] as const).flatMap((name) =>
    typeof claims[name] === "string" ? [[name, claims[name]] as const] : [],
  );
  const { role } = claims;
  return { bound: Object.fromEntries(named), role: isRole(role) ? role : undefined };
}

/** Live API: a bad key is told after the upgrade, by 1007. */
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

/**
 * What a credential of a client of the Live API lets it do. A parley token stands where Google's key would; what is
 * wrong with it is said in Google's words, which its clients look for.
 */
import { verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import { problem, type Problem } from "../core/problem.ts";
import { isRole, type Role } from "../wire/native.ts";
import type { Guard } from "./token.ts";

export interface Pass {
  /** What it binds its bearer to. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  readonly role: Role | undefined;
}

/** Judges a credential: anything will do where everybody may come in. */
export async function readPass(
  credential: string | undefined,
  { secret, anonymous }: Guard,
): Promise<Pass | Problem> {
  if (secret === undefined)
    return anonymous
      ? { bound: {}, role: undefined }
      : problem(
          "UNAUTHENTICATED",
          "This server has no AUTH_SECRET, so nobody gets in. Whoever runs it must set one.",
        );
  if (credential === undefined) return noCredential();
  try {
    const claims = await verify(credential, secret, "HS256");
    return typeof claims.exp === "number" ? passOf(claims) : notValid();
  } catch (error) {
    return error instanceof JwtTokenExpired ? expired() : notValid();
  }
}

export function passOf(claims: Readonly<Record<string, unknown>>): Pass {
  const named = (["app", "user", "session"] as const).flatMap((name) =>
    typeof claims[name] === "string" ? [[name, claims[name]] as const] : [],
  );
  const { role } = claims;
  return { bound: Object.fromEntries(named), role: isRole(role) ? role : undefined };
}

/** Live API: a bad key is told after the upgrade, by 1007. */
export const notValid = (): Problem => ({
  ...problem("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
  close: 1007,
});

export const expired = (): Problem => ({
  ...problem("UNAUTHENTICATED", "API key expired. Please renew the API key."),
  close: 1007,
});

const noCredential = (): Problem =>
  problem(
    "UNAUTHENTICATED",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  );

/**
 * What a credential of a client of the Live API lets it do. A parley token stands where Google's key would; what is
 * wrong with it is said in Google's words, which its clients look for.
 */
import { sign, verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import { problem, type Problem } from "../core/errors.ts";
import { isRole, type Role } from "../wire/parley-v1.ts";
import { purposeKey, type Guard } from "./token.ts";

export interface Pass {
  /** What it binds its bearer to. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  readonly role: Role | undefined;
  /** Nobody named the agent it is bound to: the model is its bearer's alone. */
  readonly agentless?: boolean;
  /** The ticket it is, if it is one. */
  readonly ticket?: TicketStub | undefined;
}

/** What is left of a ticket on its way in: its name, and when it expires, in ms. */
export interface TicketStub {
  readonly id: string;
  readonly until: number;
}

/** How a ticket is named, and by what the SDKs know one. */
const ticketPrefix = "auth_tokens/";

/** A ticket that lets its bearer do what the pass lets its own. */
export async function writeTicket(
  pass: Pass,
  { id, until }: TicketStub,
  guard: Guard,
): Promise<string> {
  const { bound, role, agentless } = pass;
  const claims = {
    ...bound,
    ...(role && { role }),
    ...(agentless && { agentless }),
    jti: id,
    exp: Math.ceil(until / 1000),
  };
  return ticketPrefix + (await sign(claims, purposeKey(guard, "ticket"), "HS256"));
}

/** Judges a credential: anything will do where everybody may come in. */
export async function readPass(
  credential: string | undefined,
  guard: Guard,
): Promise<Pass | Problem> {
  const { secret, anonymous } = guard;
  if (credential?.startsWith(ticketPrefix) && (secret !== undefined || anonymous))
    return readTicket(credential.slice(ticketPrefix.length), guard);
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

async function readTicket(token: string, guard: Guard): Promise<Pass | Problem> {
  try {
    const claims = await verify(token, purposeKey(guard, "ticket"), "HS256");
    const { jti, exp } = claims;
    return typeof jti === "string" && typeof exp === "number"
      ? {
          ...passOf(claims),
          agentless: claims["agentless"] === true,
          ticket: { id: jti, until: exp * 1000 },
        }
      : notValid();
  } catch (error) {
    return error instanceof JwtTokenExpired ? expired() : notValid();
  }
}

function passOf(claims: Readonly<Record<string, unknown>>): Pass {
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

export const spent = (): Problem =>
  problem("UNAUTHENTICATED", "The ephemeral token has no uses left.");

const noCredential = (): Problem =>
  problem(
    "UNAUTHENTICATED",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  );

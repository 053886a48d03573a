/**
 * Verifies what a client presents, and reads from it what the client may do: one grant for every protocol and route.
 *
 *     text ─┬─ auth_tokens/… ─► signed by a key of its own ──┬─► claims ─► grant
 *           ├─ HS256 ─► AUTH_SECRET, AUTH_SECRET_PREVIOUS ───┤
 *           └─ RS256, ES256, … ─► the identity provider's keys ─┘
 *
 * Without AUTH_SECRET, ALLOW_ANONYMOUS grants every client everything.
 */
import { sign, verify } from "hono/jwt";
import { clientError, type ClientError } from "../core/errors.ts";
import { subprotocol } from "../wire/parley-v1.ts";
import {
  anonymousGrant,
  readClaims,
  readProviderClaims,
  type ClaimFault,
  type Grant,
} from "./claims.ts";
import {
  isProviderToken,
  verifyProviderToken,
  type IdentityProvider,
} from "./identity-provider.ts";

export interface AuthSettings {
  readonly secret: string | undefined;
  /** Signed the tokens before `secret`, which signs the new ones. */
  readonly previousSecret?: string | undefined;
  readonly anonymous: boolean;
  /** The identity provider, whose tokens are valid beside those of `secret`. */
  readonly provider?: IdentityProvider | undefined;
}

/** Why a credential is not accepted. */
export type TokenFault =
  | ClaimFault
  | { readonly fault: "missing" }
  | { readonly fault: "invalid" }
  | { readonly fault: "no secret" }
  | { readonly fault: "unverifiable" };

/** The credential of a request, and the error text for one that is not accepted. */
export interface PresentedCredential {
  readonly credential: string | undefined;
  /** Of the request's address. */
  readonly query: URLSearchParams;
  readonly describe: (fault: TokenFault) => ClientError;
}

/** Purposes of derived keys. The texts are part of the keys: to change one invalidates what clients hold. */
const keyPurposes = { resumptionHandle: "handle", ephemeralToken: "ticket" } as const;

/** Keys for one purpose, the newest first: a signature for one purpose is invalid for any other. */
export const purposeKeys = (
  { secret, previousSecret }: AuthSettings,
  purpose: keyof typeof keyPurposes,
): readonly [string, ...string[]] => [
  `${secret ?? "everybody may come in"}:${keyPurposes[purpose]}`,
  ...(secret !== undefined && previousSecret !== undefined
    ? [`${previousSecret}:${keyPurposes[purpose]}`]
    : []),
];

/** Google's SDKs recognise an ephemeral token by this prefix. */
const ephemeralTokenPrefix = "auth_tokens/";

/** @param now in ms since the epoch. */
export async function verifyCredential(
  credential: string | undefined,
  auth: AuthSettings,
  now: number,
): Promise<Grant | TokenFault> {
  const { secret, previousSecret = secret, anonymous } = auth;
  if (secret === undefined && !anonymous) return { fault: "no secret" };
  if (credential?.startsWith(ephemeralTokenPrefix)) {
    const token = credential.slice(ephemeralTokenPrefix.length);
    const payload = await verifySignature(token, purposeKeys(auth, "ephemeralToken"));
    return payload ? ephemeralGrant(payload, now) : { fault: "invalid" };
  }
  if (secret === undefined) return anonymousGrant;
  if (credential === undefined) return { fault: "missing" };
  if (auth.provider && isProviderToken(credential))
    return providerGrant(credential, auth.provider, now);
  const payload = await verifySignature(credential, [secret, previousSecret ?? secret]);
  return payload ? readClaims(payload, "secret", now) : { fault: "invalid" };
}

async function providerGrant(
  token: string,
  provider: IdentityProvider,
  now: number,
): Promise<Grant | TokenFault> {
  try {
    const payload = await verifyProviderToken(token, provider, now);
    return payload ? await readProviderClaims(payload, provider.claim, now) : { fault: "invalid" };
  } catch {
    return { fault: "unverifiable" };
  }
}

async function ephemeralGrant(payload: object, now: number): Promise<Grant | TokenFault> {
  const grant = await readClaims(payload, "ephemeral", now);
  return isGrant(grant) && grant.id === undefined ? { fault: "invalid" } : grant;
}

export const isGrant = (value: Grant | TokenFault): value is Grant => "bound" in value;

/** The payload of an HS256 JWT that one of the keys signed. Its claims are not checked. */
async function verifySignature(
  token: string,
  keys: readonly string[],
): Promise<object | undefined> {
  for (const key of new Set(keys))
    try {
      return await verify(token, key, { alg: "HS256", exp: false, nbf: false, iat: false });
    } catch {
      // Another key's, or no token at all.
    }
  return undefined;
}

/**
 * Signs an ephemeral token with the rights of `grant`. In ms since the epoch: @param issuedAt from when on it counts as one
 * of the user's tokens, which may be revoked. @param until its expiry.
 */
export async function signEphemeralToken(
  grant: Grant,
  {
    id,
    issuedAt,
    until,
  }: { readonly id: string; readonly issuedAt: number | undefined; readonly until: number },
  auth: AuthSettings,
): Promise<string> {
  const { bound, agents, role, protocols, ownSetup, models, agentless } = grant;
  const { budget, account, subject, maker } = grant;
  const claims = {
    ...bound,
    ...(agents && { agents }),
    ...(role && { role }),
    ...(protocols && { protocols }),
    ...(ownSetup && { setup: "own" }),
    ...(models && { models }),
    ...(budget && { budget }),
    ...(account !== undefined && { account }),
    ...(maker !== undefined && { maker }),
    // The same person, who may be muted or revoked.
    ...(subject !== undefined && { sub: subject }),
    ...(agentless && { agentless }),
    // It is revoked with the token that made it: by its name, or as one of the user's from before.
    ...(grant.id !== undefined && { parent: grant.id, parentExp: grant.expiresAt / 1000 }),
    ...(issuedAt !== undefined && { iat: issuedAt / 1000 }),
    jti: id,
    exp: until / 1000,
  };
  const [key] = purposeKeys(auth, "ephemeralToken");
  return ephemeralTokenPrefix + (await sign(claims, key, "HS256"));
}

/** The error for clients of every protocol but the Live API, which has Google's texts (credentials.ts). */
export function tokenError(fault: TokenFault): ClientError {
  switch (fault.fault) {
    case "missing":
      return unauthenticated("A token is needed: none came with the request.");
    case "invalid":
      return unauthenticated("The token is not valid. Ask for a new one.");
    case "expired":
      return tokenExpired();
    case "refused":
      return unauthenticated(fault.message);
    case "no secret":
      return missingSecret();
    case "unverifiable":
      return clientError(
        "INTERNAL",
        "The keys of the identity provider are not known, so the token cannot be verified. Nothing is lost; try again.",
      );
  }
}

export const tokenExpired = (): ClientError =>
  unauthenticated("The token has expired. Ask for a new one, and connect again: nothing is lost.");

/** Without AUTH_SECRET no token is valid. */
const missingSecret = (): ClientError =>
  unauthenticated(
    "This server has no AUTH_SECRET, so it admits no client. Its operator must set one.",
  );

const unauthenticated = (message: string): ClientError => clientError("UNAUTHENTICATED", message);

const tokenSubprotocolPrefix = "auth.";

/** The token in `Authorization: Bearer …` or, from browsers, in the subprotocol `auth.<token>`. */
export function readToken(headers: Headers): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return (
    bearer ??
    offeredSubprotocols(headers)
      .find((each) => each.startsWith(tokenSubprotocolPrefix))
      ?.slice(tokenSubprotocolPrefix.length)
  );
}

/** The subprotocols in Sec-WebSocket-Protocol. */
export const offeredSubprotocols = (headers: Headers): string[] =>
  (headers.get("sec-websocket-protocol") ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/**
 * Selects one of the offered subprotocols, as browsers require. The token's own is the last choice: it repeats the
 * token in the response.
 */
export function subprotocolHeader(headers: Headers): Record<string, string> {
  const offered = offeredSubprotocols(headers);
  const selected =
    offered.find((each) => each === subprotocol) ??
    offered.find((each) => !each.startsWith(tokenSubprotocolPrefix)) ??
    offered[0];
  return selected === undefined ? {} : { "Sec-WebSocket-Protocol": selected };
}

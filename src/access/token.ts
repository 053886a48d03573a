/**
 * Authorises requests by a token signed with AUTH_SECRET; without AUTH_SECRET, ALLOW_ANONYMOUS admits all clients.
 *
 * A token is an HS256 JWT with `exp`. The claims `app`, `user` and `session` bind it to their values; `role` is its
 * bearer's highest role. Clients send it as `Authorization: Bearer …` or, from browsers, as the subprotocol
 * `auth.<token>`.
 */
import { verify } from "hono/jwt";
import { clientError, type ClientError } from "../core/errors.ts";
import { isRole, subprotocol, type Role } from "../wire/parley-v1.ts";
import { checkClaims, type Identity } from "./identity.ts";

export interface AuthSettings {
  readonly secret: string | undefined;
  readonly anonymous: boolean;
}

/** Purposes of derived keys. The texts are part of the keys: to change one invalidates what clients hold. */
const keyPurposes = { resumptionHandle: "handle", ephemeralToken: "ticket" } as const;

/** A key for one purpose: a signature for one purpose is invalid for any other. */
export const purposeKey = ({ secret }: AuthSettings, purpose: keyof typeof keyPurposes): string =>
  `${secret ?? "everybody may come in"}:${keyPurposes[purpose]}`;

/** Authorises a request for a conversation. */
export async function authorize(
  request: Request,
  identity: Identity,
  { secret, anonymous }: AuthSettings,
): Promise<ClientError | undefined> {
  if (secret === undefined) return anonymous ? undefined : missingSecret();
  const token = readToken(request.headers);
  if (token === undefined) return unauthenticated("A token is needed: none came with the request.");
  try {
    const claims = await verify(token, secret, "HS256");
    if (typeof claims.exp !== "number") return unauthenticated("The token has no expiry (`exp`).");
    return checkClaims(claims, identity);
  } catch {
    return unauthenticated("The token is not valid, or no longer. Ask for a new one.");
  }
}

/** Authorises a request for an agent's definition: operators only, or any client if no token is required. */
export async function authorizeInspection(
  request: Request,
  app: string,
  auth: AuthSettings,
): Promise<ClientError | undefined> {
  if (auth.secret === undefined) return authorize(request, { app, user: "", session: "" }, auth);
  try {
    const {
      exp,
      role,
      app: boundApp = app,
    } = await verify(readToken(request.headers) ?? "", auth.secret, "HS256");
    if (typeof exp === "number" && role === "operator" && boundApp === app) return undefined;
  } catch {
    // Answered like a token that grants too little.
  }
  return unauthenticated("An agent's definition is for operators: the token needs that role.");
}

/**
 * The highest role of an authorised client: the token's claim or, where no token is required, the role that the client
 * asks for (`?role=`). The default is speaker.
 */
export async function roleOf(request: Request, { secret, anonymous }: AuthSettings): Promise<Role> {
  const requested = new URL(request.url).searchParams.get("role");
  const role = secret === undefined ? anonymous && requested : await verifiedRole(request, secret);
  return isRole(role) ? role : "speaker";
}

/** The role that a token claims; undefined without a token or a claim. */
export async function roleClaim(
  request: Request,
  { secret }: AuthSettings,
): Promise<Role | undefined> {
  const role = secret === undefined ? undefined : await verifiedRole(request, secret);
  return isRole(role) ? role : undefined;
}

async function verifiedRole(request: Request, secret: string): Promise<unknown> {
  try {
    return (await verify(readToken(request.headers) ?? "", secret, "HS256"))["role"];
  } catch {
    return undefined;
  }
}

const tokenSubprotocolPrefix = "auth.";

function readToken(headers: Headers): string | undefined {
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

const unauthenticated = (message: string): ClientError => clientError("UNAUTHENTICATED", message);

/** Without AUTH_SECRET no token is valid. */
export const missingSecret = (): ClientError =>
  unauthenticated(
    "This server has no AUTH_SECRET, so it admits no client. Its operator must set one.",
  );

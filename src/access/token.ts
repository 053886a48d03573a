/**
 * Who gets in: anybody where that is allowed, else whoever holds a token signed with AUTH_SECRET.
 *
 * A token is an HS256 JWT with `exp`. `app`, `user` and `session` in it bind it to what it names.
 * `role` in it says what its bearer may be. It comes as `Authorization: Bearer …`, or, from browsers, as the subprotocol `auth.<token>`.
 */
import { verify } from "hono/jwt";
import { clientError, type ClientError } from "../core/errors.ts";
import { isRole, subprotocol, type Role } from "../wire/parley-v1.ts";
import type { Identity } from "./identity.ts";

export interface AuthSettings {
  readonly secret: string | undefined;
  readonly anonymous: boolean;
}

/** What is signed for one purpose is good for no other. */
export const purposeKey = ({ secret }: AuthSettings, purpose: "handle" | "ticket"): string =>
  `${secret ?? "everybody may come in"}:${purpose}`;

/** Judges a request for a conversation; undefined lets it in. */
export async function authorize(
  request: Request,
  identity: Identity,
  { secret, anonymous }: AuthSettings,
): Promise<ClientError | undefined> {
  if (secret === undefined)
    return anonymous
      ? undefined
      : unauthenticated(
          "This server has no AUTH_SECRET, so nobody gets in. Whoever runs it must set one.",
        );
  const token = readToken(request.headers);
  if (token === undefined) return unauthenticated("A token is needed: none came with the request.");
  try {
    const claims = await verify(token, secret, "HS256");
    if (typeof claims.exp !== "number") return unauthenticated("The token has no expiry (`exp`).");
    return checkBinding(claims, identity);
  } catch {
    return unauthenticated("The token is not valid, or no longer. Ask for a new one.");
  }
}

/** Judges a request to see what an agent is made of: an operator's, or anybody's where nobody needs a token. */
export async function authorizeInspection(
  request: Request,
  app: string,
  guard: AuthSettings,
): Promise<ClientError | undefined> {
  if (guard.secret === undefined) return authorize(request, { app, user: "", session: "" }, guard);
  try {
    const {
      exp,
      role,
      app: bound = app,
    } = await verify(readToken(request.headers) ?? "", guard.secret, "HS256");
    if (typeof exp === "number" && role === "operator" && bound === app) return undefined;
  } catch {
    // Like a token that grants too little.
  }
  return unauthenticated("What an agent is made of is shown to operators: their token says so.");
}

/**
 * What somebody who was let in may be at most: what the token's claim grants, or, where nobody needs a token, what
 * they ask for (`?role=`). A speaker without either.
 */
export async function roleOf(request: Request, { secret, anonymous }: AuthSettings): Promise<Role> {
  const wished = new URL(request.url).searchParams.get("role");
  const given = secret === undefined ? anonymous && wished : await verifiedRole(request, secret);
  return isRole(given) ? given : "speaker";
}

/** The role that a token says; undefined without a token, and where it says none. */
export async function roleClaim(
  request: Request,
  { secret }: AuthSettings,
): Promise<Role | undefined> {
  const given = secret === undefined ? undefined : await verifiedRole(request, secret);
  return isRole(given) ? given : undefined;
}

async function verifiedRole(request: Request, secret: string): Promise<unknown> {
  try {
    return (await verify(readToken(request.headers) ?? "", secret, "HS256"))["role"];
  } catch {
    return undefined;
  }
}

function checkBinding(
  claims: Record<string, unknown>,
  identity: Identity,
): ClientError | undefined {
  const wrong = (["app", "user", "session"] as const).find(
    (name) => claims[name] !== undefined && claims[name] !== identity[name],
  );
  return wrong && unauthenticated(`The token is for another ${wrong}.`);
}

/** The subprotocol a token came in, to be left out of the answer. */
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

/** What a client offered in Sec-WebSocket-Protocol. */
export const offeredSubprotocols = (headers: Headers): string[] =>
  (headers.get("sec-websocket-protocol") ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/**
 * What is answered to the offered subprotocols: one of them, or a browser gives up. The token's own only
 * when nothing else was offered.
 */
export function subprotocolHeader(headers: Headers): Record<string, string> {
  const offered = offeredSubprotocols(headers);
  const chosen =
    offered.find((each) => each === subprotocol) ??
    offered.find((each) => !each.startsWith(tokenSubprotocolPrefix)) ??
    offered[0];
  return chosen === undefined ? {} : { "Sec-WebSocket-Protocol": chosen };
}

const unauthenticated = (message: string): ClientError => clientError("UNAUTHENTICATED", message);

/**
 * The routes for a back end that holds ADMIN_SECRET: `POST /api/tokens` makes a short-lived token, `POST /api/tokens/revoke`
 * revokes tokens.
 */
import { Hono } from "hono/tiny";
import { sign } from "hono/jwt";
import * as z from "zod";
import { mintableClaims, nameText } from "../../access/claims.ts";
import { checkOrigin } from "../../access/origin.ts";
import { idFromName, isIdentityPart, isNamedUser } from "../../access/identity.ts";
import { readToken } from "../../access/token.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { clientError, isClientError, type ClientError } from "../../core/errors.ts";
import { limits } from "../../core/policy/limits.ts";
import { lazy } from "../../wire/lazy.ts";
import { refuse, type WorkerRequest } from "../admission.ts";
import { readBody } from "../request-body.ts";
import { revokeToken, revokeUser } from "../revocations.ts";
import { describeJsonFault, parseJson } from "../validators.ts";

export const tokens = new Hono<{ Bindings: Env }>();

const maxBodyBytes = limits.controlBodyBytes.value;
const defaultMinutes = 15;
const maxMinutes = 24 * 60;

const mintSchema = lazy(() =>
  mintableClaims()
    .extend({ minutes: z.number().positive().max(maxMinutes).default(defaultMinutes) })
    .refine(
      ({ user, session }) => isNamedUser(user) || session !== undefined,
      'this user stands for no person: a token for it needs a "session"',
    ),
);

const revokeSchema = lazy(() =>
  z.union(
    [
      z.strictObject({ user: z.string().refine(isIdentityPart, "must be a user's id") }),
      z.strictObject({ sub: nameText() }),
      z.strictObject({ jti: nameText(), exp: z.number().positive().optional() }),
    ],
    'the body is {"user": …}, {"sub": …} for the user of that subject, or {"jti": …} with its "exp" if it is known',
  ),
);

/** Before the body is read. */
tokens.use("/api/tokens/*", async (context, next) => {
  const error = await adminError(context);
  if (error) return refuse(context.req.raw, error);
  await next();
  return undefined;
});

tokens.post("/api/tokens", async ({ req, env, json }) => {
  const body = await bodyOf(req.raw, mintSchema(), "No token was made");
  if (isClientError(body)) return refuse(req.raw, body);
  const { minutes, ...claims } = body;
  const { secret = "" } = readConfig(env, agents).auth;
  const now = Date.now();
  const [jti, exp] = [crypto.randomUUID(), Math.ceil(now / 1000 + minutes * 60)];
  // Of all tokens of this user the same person: a mute and the limits hold for the next one, too.
  const sub = isNamedUser(claims.user) ? { sub: claims.user } : {};
  const token = await sign({ ...claims, ...sub, jti, iat: now / 1000, exp }, secret, "HS256");
  return json({ token, jti, expiresAt: new Date(exp * 1000).toISOString() }, 201);
});

tokens.post("/api/tokens/revoke", async (context) => {
  const { req, env } = context;
  const body = await bodyOf(req.raw, revokeSchema(), "Nothing was revoked");
  if (isClientError(body)) return refuse(req.raw, body);
  if (!("jti" in body)) {
    const user = "sub" in body ? await idFromName(body.sub) : body.user;
    await revokeUser(env, user);
    return context.json({ revoked: { user } });
  }
  const until = body.exp === undefined ? Infinity : body.exp * 1000;
  if (until <= Date.now()) return refuse(req.raw, alreadyExpired());
  if (!(await revokeToken(env, body.jti, until))) return refuse(req.raw, tooManyRevoked());
  return context.json({ revoked: body });
});

/** Why the caller is not the back end that holds ADMIN_SECRET. */
async function adminError({ req, env }: WorkerRequest): Promise<ClientError | undefined> {
  const config = readConfig(env, agents);
  const { secret, adminSecret } = config.auth;
  if (secret === undefined || adminSecret === undefined) return notEnabled();
  const foreign = checkOrigin(req.raw, config);
  if (foreign) return foreign;
  const given = readToken(req.raw.headers);
  if (given !== undefined && (await isSame(given, adminSecret))) return undefined;
  return clientError(
    "UNAUTHENTICATED",
    "This request needs the server's ADMIN_SECRET as `Authorization: Bearer …`. Nothing was changed.",
  );
}

/** In constant time. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [one, other].map((text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
  );
  return (
    first !== undefined && second !== undefined && crypto.subtle.timingSafeEqual(first, second)
  );
}

async function bodyOf<T>(
  request: Request,
  schema: z.ZodType<T>,
  outcome: string,
): Promise<T | ClientError> {
  const text = await readBody(request, maxBodyBytes);
  if (typeof text !== "string") return text;
  const body = parseJson(text);
  if (body === undefined)
    return clientError("BAD_FRAME", `${outcome}: the body ${describeJsonFault(text)}.`);
  const { data, error } = schema.safeParse(body);
  return data ?? clientError("BAD_FRAME", `${outcome}. ${error ? z.prettifyError(error) : ""}`);
}

const notEnabled = (): ClientError =>
  clientError(
    "NOT_ENABLED",
    "This server makes and revokes no tokens by request: its operator must set AUTH_SECRET and ADMIN_SECRET.",
  );

const alreadyExpired = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "Nothing was revoked: `exp` has passed, and a token that has expired is refused anyway. Send its `exp` in seconds since 1970, or leave it out.",
  );

const tooManyRevoked = (): ClientError =>
  clientError(
    "TOO_MANY_PENDING",
    "The token was not revoked: the list is full. Revoke all tokens of its user, or change AUTH_SECRET.",
  );

/**
 * Fetches Google's access tokens for a service account by a signed assertion (OAuth 2.0 JWT bearer grant, RFC 7523).
 *
 *     none ─► requested ─► valid ─► valid, refresh requested ─► valid
 *               └─ one request for all callers
 *
 * The cache belongs to the isolate: all of its conversations share a token, which lasts an hour.
 */
import { sign } from "hono/jwt";
import * as z from "zod";
import { tokenFailureReason, type TokenFailure } from "../core/upstream/close-reasons.ts";
import { withTimeout } from "../with-timeout.ts";
import type { Fetch, ServiceAccount } from "./endpoint.ts";
import { lazy } from "../wire/lazy.ts";
import { logError } from "../operator-log.ts";

/** The message contains Google's own text and must not contain any part of the key. */
class AccessTokenError extends Error {
  override readonly name = "AccessTokenError";

  constructor(reason: TokenFailure, detail: string) {
    super(tokenFailureReason(reason, detail));
  }
}

interface TokenRequest {
  /** In ms. */
  readonly requestedAt: number;
  readonly token: Promise<AccessToken>;
}

interface AccessToken {
  readonly text: string;
  /** In ms. */
  readonly expiresAt: number;
}

interface CacheEntry {
  readonly token: AccessToken | undefined;
  readonly pending: TokenRequest | undefined;
}

/** A refresh starts this long before a token expires, while the old one stays in use; in ms. */
const refreshAheadMs = 5 * 60_000;
/** A connect needs a token that is valid for at least this long, in ms. */
const minRemainingMs = 30_000;
/**
 * The longest wait for Google's whole answer, in ms: half of the time that a dial has, so that its second attempt is
 * still in time. A later caller requests anew: the runtime may have cancelled the request with its conversation.
 */
const requestTimeoutMs = 5_000;
const hourS = 3_600;
const scope = "https://www.googleapis.com/auth/cloud-platform";

const cache = new Map<string, CacheEntry>();

/**
 * A token that is valid for at least half a minute.
 * @param now in ms.
 * @throws AccessTokenError if the key is unusable, Google rejects it, or Google does not answer.
 */
export async function getAccessToken(
  account: ServiceAccount,
  fetch: Fetch,
  now: number,
): Promise<string> {
  const { token, pending } = cache.get(cacheKey(account)) ?? {};
  const remainingMs = token ? token.expiresAt - now : 0;
  if (token && remainingMs >= refreshAheadMs) return token.text;
  const request = requestToken(account, fetch, pending, now);
  return token && remainingMs >= minRemainingMs ? token.text : (await request.token).text;
}

/** Drops a token that the service rejected: the next connect requests another. */
export const invalidateToken = (account: ServiceAccount): void =>
  void cache.delete(cacheKey(account));

/** Joins the pending request, or starts one. */
function requestToken(
  account: ServiceAccount,
  fetch: Fetch,
  pending: TokenRequest | undefined,
  now: number,
): TokenRequest {
  if (pending && now - pending.requestedAt < requestTimeoutMs) return pending;
  const request: TokenRequest = { requestedAt: now, token: fetchToken(account, fetch, now) };
  const key = cacheKey(account);
  cache.set(key, { token: cache.get(key)?.token, pending: request });
  request.token.then(
    (token) => cache.set(key, { token, pending: undefined }),
    (error: unknown) => handleFailure(key, request, account, error),
  );
  return request;
}

/** Failures are not cached: the next caller requests anew. */
function handleFailure(
  key: string,
  request: TokenRequest,
  { email }: ServiceAccount,
  error: unknown,
): void {
  // Clients receive another text.
  logError(`${email}: ${error instanceof AccessTokenError ? error.message : "no token"}`);
  const entry = cache.get(key);
  if (entry?.pending === request) cache.set(key, { token: entry.token, pending: undefined });
}

const cacheKey = ({ email, tokenUrl, privateKey }: ServiceAccount): string =>
  JSON.stringify([email, tokenUrl, privateKey]);

async function fetchToken(
  account: ServiceAccount,
  fetch: Fetch,
  now: number,
): Promise<AccessToken> {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: await signAssertion(account, Math.floor(now / 1000)),
  });
  const { status, json } = await postAssertion(account, fetch, body);
  const answer = answerSchema().safeParse(json).data;
  if (!answer) throw new AccessTokenError("unreachable", `HTTP ${status} without a token`);
  if ("error" in answer) {
    const reason = status >= 500 ? "unreachable" : "refused";
    throw new AccessTokenError(reason, `${answer.error}: ${answer.error_description ?? ""}`);
  }
  return { text: answer.access_token, expiresAt: now + answer.expires_in * 1000 };
}

/** The answer with its body, which may stall, too. @throws AccessTokenError after `requestTimeoutMs` at the latest. */
async function postAssertion(
  { tokenUrl }: ServiceAccount,
  fetch: Fetch,
  body: URLSearchParams,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const abort = new AbortController();
  const post = async () => {
    const response = await fetch(tokenUrl, { method: "POST", body, signal: abort.signal });
    return { status: response.status, json: await parseJson(response) };
  };
  try {
    return await withTimeout(post(), requestTimeoutMs, "no answer in time");
  } catch {
    throw new AccessTokenError("unreachable", "no answer");
  } finally {
    // Frees the connection of an answer that does not come: an object may hold only six.
    abort.abort();
  }
}

/** @param now in seconds. */
async function signAssertion(account: ServiceAccount, now: number): Promise<string> {
  const { email: iss, tokenUrl: aud, privateKey } = account;
  try {
    return await sign({ iss, scope, aud, iat: now, exp: now + hourS }, privateKey, "RS256");
  } catch {
    throw new AccessTokenError("unusable", "private_key cannot be read");
  }
}

const answerSchema = lazy(() =>
  z.union([
    z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(hourS) }),
    z.object({ error: z.string(), error_description: z.string().optional() }),
  ]),
);

async function parseJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

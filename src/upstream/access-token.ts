/**
 * Google's access tokens for a service account: an assertion signed with its key buys one for an hour
 * (OAuth 2.0 JWT bearer grant, RFC 7523).
 *
 *     none ─► asking ─► good ─► good, and asking ahead ─► good
 *               └─ one question for all who wait
 *
 * The cache is the isolate's: all conversations in it share a token, and each isolate asks once an hour.
 */
import { sign } from "hono/jwt";
import { z } from "zod";
import { tokenFailureReason, type TokenFailure } from "../core/upstream/close-reasons.ts";
import type { Fetch, ServiceAccount } from "./endpoint.ts";

/** There is no token. The message holds Google's words, and nothing of the key. */
export class AccessTokenError extends Error {
  override readonly name = "NoToken";

  constructor(reason: TokenFailure, words: string) {
    super(tokenFailureReason(reason, words));
  }
}

interface TokenRequest {
  readonly requestedAt: number;
  readonly answer: Promise<AccessToken>;
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

/** A token is renewed so long before it expires, in ms, while the old one still serves. */
const refreshAheadMs = 5 * 60_000;
/** … and is not used any more for a dial this long before. */
const minRemainingMs = 30_000;
/** A question is asked again when it was not answered for this long: whoever asked may be gone. */
const requestTimeoutMs = 5_000;
const hourS = 3_600;
const scope = "https://www.googleapis.com/auth/cloud-platform";

const cache = new Map<string, CacheEntry>();

/**
 * A token that is good for at least half a minute.
 * @param now in ms.
 * @throws NoToken when the key cannot be used, Google refuses it, or nobody answers.
 */
export async function getAccessToken(
  account: ServiceAccount,
  fetch: Fetch,
  now: number,
): Promise<string> {
  const { token, pending } = cache.get(cacheKey(account)) ?? {};
  const left = token ? token.expiresAt - now : 0;
  const asked = left < refreshAheadMs ? requestToken(account, fetch, pending, now) : undefined;
  if (token && left >= minRemainingMs) return token.text;
  return (await (asked ?? requestToken(account, fetch, pending, now)).answer).text;
}

/** It was not accepted: the next dial asks for another. */
export const invalidateToken = (account: ServiceAccount): void =>
  void cache.delete(cacheKey(account));

/** The one that is being asked, or a new one. */
function requestToken(
  account: ServiceAccount,
  fetch: Fetch,
  asking: TokenRequest | undefined,
  now: number,
): TokenRequest {
  if (asking && now - asking.requestedAt < requestTimeoutMs) return asking;
  const answer = fetchToken(account, fetch, now);
  const asked: TokenRequest = { requestedAt: now, answer };
  const name = cacheKey(account);
  cache.set(name, { token: cache.get(name)?.token, pending: asked });
  answer.then(
    (token) => cache.set(name, { token, pending: undefined }),
    (error: unknown) => handleFailure(name, asked, account, error),
  );
  return asked;
}

/** A refusal is nobody's answer but of those who waited: the next one asks again. */
function handleFailure(
  name: string,
  asked: TokenRequest,
  { email }: ServiceAccount,
  error: unknown,
): void {
  // The operator must know Google's words; clients get ours.
  // oxlint-disable-next-line no-console
  console.error(
    `parley: ${email}: ${error instanceof AccessTokenError ? error.message : "no token"}`,
  );
  const entry = cache.get(name);
  if (entry?.pending === asked) cache.set(name, { token: entry.token, pending: undefined });
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
  const response = await postAssertion(account, fetch, body);
  const answer = answerShape.safeParse(await parseJson(response)).data;
  if (!answer) throw new AccessTokenError("unreachable", `HTTP ${response.status} without a token`);
  if ("error" in answer) {
    const reason = response.status >= 500 ? "unreachable" : "refused";
    throw new AccessTokenError(reason, `${answer.error}: ${answer.error_description ?? ""}`);
  }
  return { text: answer.access_token, expiresAt: now + answer.expires_in * 1000 };
}

async function postAssertion(
  { tokenUrl }: ServiceAccount,
  fetch: Fetch,
  body: URLSearchParams,
): Promise<Response> {
  try {
    return await fetch(tokenUrl, { method: "POST", body });
  } catch {
    throw new AccessTokenError("unreachable", "no answer");
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

const answerShape = z.union([
  z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(hourS) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

async function parseJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

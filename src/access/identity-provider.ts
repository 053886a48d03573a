/**
 * Verifies tokens of the user's identity provider by its published keys (JWKS, RFC 7517).
 *
 *     token ─► key of this name cached? ─┬─ yes ─► signature, issuer, audience ─► claims
 *                                        └─ no ──► keys are fetched again, a few times a minute ─┘
 *
 * The keys belong to the isolate. They are fetched anew after ten minutes, and used for a day if that fails.
 */
import { verifyWithJwks } from "hono/jwt";
import { decodeHeader } from "hono/utils/jwt/jwt";
import { withTimeout } from "../with-timeout.ts";

export interface IdentityProvider {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds parley's own claims, as an object; undefined: they are beside the others. */
  readonly claim: string | undefined;
}

type KeyList = NonNullable<Parameters<typeof verifyWithJwks>[1]["keys"]>;

interface KeySet {
  readonly keys: KeyList;
  /** In ms since the epoch, as the times of the attempts. */
  readonly fetchedAt: number;
}

/** With a public key and nothing else: no token is valid by a secret that everyone can read. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

const freshMs = 10 * 60_000;
const staleMs = 24 * 60 * 60_000;
const fetchTimeoutMs = 5_000;
/** A stranger's token with an invented key must not make a request each time. */
const maxFetchesPerMinute = 6;
const maxKeySetBytes = 256 * 1024;

const keySets = new Map<string, KeySet>();
const attempts = new Map<string, number[]>();
/** Requests of keys under way: all that ask meanwhile wait for one. */
const pending = new Map<string, { readonly since: number; readonly done: Promise<void> }>();

/** For the tests: keys are kept as long as the isolate. */
export function forgetKeys(): void {
  keySets.clear();
  attempts.clear();
  pending.clear();
}

/** Whether a token may be the provider's; it is not verified. */
export function isProviderToken(token: string): boolean {
  const header = headerOf(token);
  return header !== undefined && algorithms.some((each) => each === header.alg);
}

/**
 * @param now in ms since the epoch.
 * @returns the payload, whose claims other than `iss` and `aud` are not checked; undefined if the token is not valid.
 * @throws Error if the provider's keys are not known.
 */
export async function verifyProviderToken(
  token: string,
  provider: IdentityProvider,
  now: number,
): Promise<object | undefined> {
  const header = headerOf(token);
  if (!header?.kid || !isProviderToken(token)) return undefined;
  const keys = await keysWith(header.kid, provider.jwksUrl, now);
  try {
    return await verifyWithJwks(token, {
      keys,
      allowedAlgorithms: algorithms,
      verification: {
        iss: provider.issuer,
        aud: provider.audience,
        exp: false,
        nbf: false,
        iat: false,
        // Access tokens have a type of their own (RFC 9068).
        ...(header.typ !== undefined && { typ: ["JWT", "at+jwt"] }),
      },
    });
  } catch {
    return undefined;
  }
}

function headerOf(token: string): ReturnType<typeof decodeHeader> | undefined {
  try {
    // It parses any JSON, such as null.
    const header = decodeHeader(token) as ReturnType<typeof decodeHeader> | null;
    return header ?? undefined;
  } catch {
    return undefined;
  }
}

/** The provider's keys, with the one of this name if the provider has it. */
async function keysWith(kid: string, url: string, now: number): Promise<KeyList> {
  const known = keySets.get(url);
  const isFresh = known !== undefined && now < known.fetchedAt + freshMs;
  if (isFresh && known.keys.some((key) => key.kid === kid)) return known.keys;
  await refreshKeys(url, now);
  const current = keySets.get(url);
  if (!current || now >= current.fetchedAt + staleMs) throw new Error("no keys are known");
  return current.keys;
}

/** Joins the request under way, or begins one. A request whose own client has gone may never end: it is not joined for long. */
async function refreshKeys(url: string, now: number): Promise<void> {
  const joined = pending.get(url);
  if (joined && now < joined.since + fetchTimeoutMs)
    return withTimeout(joined.done, fetchTimeoutMs, "The keys did not come.").catch(
      () => undefined,
    );
  if (!takeAttempt(url, now)) return undefined;
  const request = { since: now, done: replaceKeys(url, now) };
  pending.set(url, request);
  await request.done;
  if (pending.get(url) === request) pending.delete(url);
}

/** Keys that cannot be fetched leave those that are known. */
async function replaceKeys(url: string, now: number): Promise<void> {
  try {
    keySets.set(url, { keys: await fetchKeys(url), fetchedAt: now });
  } catch (error) {
    logFailure(error);
  }
}

function takeAttempt(url: string, now: number): boolean {
  const recent = (attempts.get(url) ?? []).filter((at) => at > now - 60_000);
  if (recent.length >= maxFetchesPerMinute) return false;
  attempts.set(url, [...recent, now]);
  return true;
}

async function fetchKeys(url: string): Promise<KeyList> {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  const response = await fetch(url, { redirect: "manual", signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const text = await response.text();
  if (text.length > maxKeySetBytes) throw new Error("too many keys");
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("no key set");
  return (keys as KeyList).filter(
    (key) => typeof key === "object" && key !== null && key.kty !== "oct" && key.use !== "enc",
  );
}

/** For the operator. */
function logFailure(error: unknown): void {
  // oxlint-disable-next-line no-console
  console.error(
    "parley: the keys of AUTH_JWKS_URL could not be read:",
    error instanceof Error ? error.message : "",
  );
}

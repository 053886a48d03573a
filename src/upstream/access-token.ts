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
import { noToken, type NoTokenReason } from "../core/upstream/close-reasons.ts";
import type { Fetch, ServiceAccount } from "./endpoint.ts";

/** There is no token. The message holds Google's words, and nothing of the key. */
export class NoToken extends Error {
  override readonly name = "NoToken";

  constructor(reason: NoTokenReason, words: string) {
    super(noToken(reason, words));
  }
}

interface Question {
  readonly askedAt: number;
  readonly answer: Promise<Token>;
}

interface Token {
  readonly text: string;
  /** In ms. */
  readonly expiresAt: number;
}

interface Entry {
  readonly token: Token | undefined;
  readonly asking: Question | undefined;
}

/** A token is renewed so long before it expires, in ms, while the old one still serves. */
const aheadMs = 5 * 60_000;
/** … and is not used any more for a dial this long before. */
const leastMs = 30_000;
/** A question is asked again when it was not answered for this long: whoever asked may be gone. */
const patienceMs = 5_000;
const hourS = 3_600;
const scope = "https://www.googleapis.com/auth/cloud-platform";

const entries = new Map<string, Entry>();

/**
 * A token that is good for at least half a minute.
 * @param now in ms.
 * @throws NoToken when the key cannot be used, Google refuses it, or nobody answers.
 */
export async function accessToken(
  account: ServiceAccount,
  fetch: Fetch,
  now: number,
): Promise<string> {
  const { token, asking } = entries.get(nameOf(account)) ?? {};
  const left = token ? token.expiresAt - now : 0;
  const asked = left < aheadMs ? question(account, fetch, asking, now) : undefined;
  if (token && left >= leastMs) return token.text;
  return (await (asked ?? question(account, fetch, asking, now)).answer).text;
}

/** It was not accepted: the next dial asks for another. */
export const forgetToken = (account: ServiceAccount): void => void entries.delete(nameOf(account));

/** The one that is being asked, or a new one. */
function question(
  account: ServiceAccount,
  fetch: Fetch,
  asking: Question | undefined,
  now: number,
): Question {
  if (asking && now - asking.askedAt < patienceMs) return asking;
  const answer = ask(account, fetch, now);
  const asked: Question = { askedAt: now, answer };
  const name = nameOf(account);
  entries.set(name, { token: entries.get(name)?.token, asking: asked });
  answer.then(
    (token) => entries.set(name, { token, asking: undefined }),
    (error: unknown) => settle(name, asked, account, error),
  );
  return asked;
}

/** A refusal is nobody's answer but of those who waited: the next one asks again. */
function settle(name: string, asked: Question, { email }: ServiceAccount, error: unknown): void {
  // The operator must know Google's words; clients get ours.
  // oxlint-disable-next-line no-console
  console.error(`parley: ${email}: ${error instanceof NoToken ? error.message : "no token"}`);
  const entry = entries.get(name);
  if (entry?.asking === asked) entries.set(name, { token: entry.token, asking: undefined });
}

const nameOf = ({ email, tokenUrl, privateKey }: ServiceAccount): string =>
  JSON.stringify([email, tokenUrl, privateKey]);

async function ask(account: ServiceAccount, fetch: Fetch, now: number): Promise<Token> {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: await assertion(account, Math.floor(now / 1000)),
  });
  const response = await reach(account, fetch, body);
  const answer = answerShape.safeParse(await json(response)).data;
  if (!answer) throw new NoToken("unreachable", `HTTP ${response.status} without a token`);
  if ("error" in answer) {
    const reason = response.status >= 500 ? "unreachable" : "refused";
    throw new NoToken(reason, `${answer.error}: ${answer.error_description ?? ""}`);
  }
  return { text: answer.access_token, expiresAt: now + answer.expires_in * 1000 };
}

async function reach(
  { tokenUrl }: ServiceAccount,
  fetch: Fetch,
  body: URLSearchParams,
): Promise<Response> {
  try {
    return await fetch(tokenUrl, { method: "POST", body });
  } catch {
    throw new NoToken("unreachable", "no answer");
  }
}

/** @param now in seconds. */
async function assertion(account: ServiceAccount, now: number): Promise<string> {
  const { email: iss, tokenUrl: aud, privateKey } = account;
  try {
    return await sign({ iss, scope, aud, iat: now, exp: now + hourS }, privateKey, "RS256");
  } catch {
    throw new NoToken("unusable", "private_key cannot be read");
  }
}

const answerShape = z.union([
  z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(hourS) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/**
 * Whether a token was revoked: by its own name, or with all tokens of its user. The directory objects of no app have it:
 * that of the user, and that of no user for names.
 *
 * Each isolate keeps an answer for some seconds. If there is none the token is not accepted.
 */
import { idFromName } from "../access/identity.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import { tokenDirectoryOf, type TokenRevocations } from "../directory.ts";
import type { ConnectionToken } from "./attachment.ts";
import { logFailure } from "../operator-log.ts";

type RevocableToken = Pick<ConnectionToken, "id" | "parent" | "user" | "subject" | "issuedAt">;

/** The user of the directory that knows no user. */
const anyUser = "*";
const cacheMs = 5_000;
const maxCached = 1_000;

interface Answer {
  /** In ms since the epoch. */
  readonly at: number;
  readonly revocations: TokenRevocations;
}

const answers = new Map<string, Answer>();

/** @param now in ms since the epoch. @returns undefined if the token is not revoked. */
export async function revocationError(
  env: Env,
  { id, parent, user, subject, issuedAt }: RevocableToken,
  now: number,
): Promise<ClientError | undefined> {
  try {
    const ids = [id, parent].filter((each) => each !== undefined);
    const byName = ids.length > 0 ? await revocationsOf(env, anyUser, now) : undefined;
    const ofSubject = subject === undefined ? undefined : await idFromName(subject);
    const users = [...new Set([user, ofSubject])].filter((each) => each !== undefined);
    const byUser = await Promise.all(users.map((each) => revocationsOf(env, each, now)));
    // A token that does not say when it was issued may be from before.
    const isOld = byUser.some(({ before }) => (issuedAt ?? 0) <= before);
    return isOld || ids.some((each) => byName?.ids.includes(each)) ? revoked() : undefined;
  } catch (error) {
    logFailure("revoked tokens could not be read, and a client was refused", error);
    return clientError(
      "INTERNAL",
      "The server could not find out whether the token was revoked, and does not accept it now. Nothing is lost; try again.",
    );
  }
}

/** Revokes all tokens of the user that were issued until now. */
export async function revokeUser(env: Env, user: string): Promise<void> {
  await tokenDirectoryOf(env, user).revokeBefore(Date.now());
  answers.delete(user);
}

/**
 * Revokes one token by its name.
 * @param until its expiry, in ms since the epoch; Infinity if it is not known.
 * @returns false if there are too many.
 */
export async function revokeToken(env: Env, id: string, until: number): Promise<boolean> {
  const done = await tokenDirectoryOf(env, anyUser).revokeToken(id, until, Date.now());
  answers.delete(anyUser);
  return done;
}

async function revocationsOf(env: Env, user: string, now: number): Promise<TokenRevocations> {
  const cached = answers.get(user);
  if (cached && now >= cached.at && now < cached.at + cacheMs) return cached.revocations;
  const revocations = await tokenDirectoryOf(env, user).revocations();
  answers.delete(user);
  answers.set(user, { at: now, revocations });
  const [oldest] = answers.keys();
  if (answers.size > maxCached && oldest !== undefined) answers.delete(oldest);
  return revocations;
}

const revoked = (): ClientError =>
  clientError("UNAUTHENTICATED", "The token was revoked. Ask for a new one.");

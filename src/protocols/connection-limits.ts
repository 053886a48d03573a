/**
 * How often an address, the bearer of a token, and all bearers of a user's tokens may connect. It is counted where
 * connections come in: by the platform's rate limiter where `wrangler.toml` binds it, which counts for a whole location,
 * and else by this process.
 */
import { env } from "cloudflare:workers";
import { networkOf } from "../access/address.ts";
import { isNamedUser } from "../access/identity.ts";
import { Allowances } from "../access/rate-limit.ts";
import { rateLimited, type ClientError } from "../core/errors.ts";
import { limits } from "../core/policy/limits.ts";
import type { AdmittedClient } from "./attachment.ts";

/** The platform's rate limiter. */
interface RateLimiter {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

type LimitName = "connectionsOfAddress" | "connectionsOfPerson" | "connectionsOfUser";

const bindings = {
  connectionsOfAddress: "ADDRESS_LIMIT",
  connectionsOfPerson: "PERSON_LIMIT",
  connectionsOfUser: "USER_LIMIT",
} as const satisfies Record<LimitName, string>;

export type RateLimiters = Partial<Record<(typeof bindings)[LimitName], RateLimiter>>;

const buckets: Readonly<Record<LimitName, Allowances>> = {
  connectionsOfAddress: new Allowances(limits.connectionsOfAddress.burstS * 1_000),
  connectionsOfPerson: new Allowances(limits.connectionsOfPerson.burstS * 1_000),
  connectionsOfUser: new Allowances(limits.connectionsOfUser.burstS * 1_000),
};

/**
 * Counts a connection, or a session that is made by HTTP.
 * @param address undefined where the platform reports none.
 * @returns the error if there were too many.
 */
export async function connectionLimitError(
  { token, person }: Pick<AdmittedClient, "token" | "person">,
  address: string | undefined,
  limiters: RateLimiters = env,
): Promise<ClientError | undefined> {
  const network = address === undefined ? undefined : networkOf(address);
  // The bearer first: an invited client that has used up its own number takes nothing from the user's other tokens.
  for (const [name, key] of [
    ["connectionsOfAddress", network],
    ["connectionsOfPerson", person],
    ["connectionsOfUser", namedUserOf(token)],
  ] as const) {
    const waitMs = key === undefined ? 0 : await waitOf(name, key, limiters);
    if (waitMs > 0)
      return rateLimited(
        "Too many connections or sessions were opened by this client within a minute. Open ones go on; connect again",
        waitMs,
      );
  }
  return undefined;
}

/** The clients of a user that stands for no person have nothing in common. */
const namedUserOf = (token: AdmittedClient["token"]): string | undefined =>
  token?.user !== undefined && isNamedUser(token.user) ? token.user : undefined;

/** @returns 0 if the key may go on, else how long it must wait, in ms. */
async function waitOf(name: LimitName, key: string, limiters: RateLimiters): Promise<number> {
  const limiter = limiters[bindings[name]];
  if (limiter) {
    const { success } = await limiter.limit({ key });
    return success ? 0 : periodMs;
  }
  const now = Date.now();
  return buckets[name].of(key, limits[name].value / periodMs, now).take(1, now);
}

/** The platform's limiter counts a whole minute, and does not say when it begins anew. */
const periodMs = 60_000;

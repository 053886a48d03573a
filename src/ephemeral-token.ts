/**
 * The Durable Object of one ephemeral token: stores its terms and counts its uses, which needs consistency. It deletes
 * its data when the token expires.
 */
import { DurableObject } from "cloudflare:workers";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import type { EphemeralTokenTerms } from "./core/live-api/ephemeral-token.ts";
import { inJurisdiction } from "./placement.ts";

/** The reason for which a token may not begin a session. */
export type EphemeralTokenRefusal = "unknown" | "expired" | "spent";

interface StoredTerms extends EphemeralTokenTerms {
  readonly used: number;
}

const termsKey = "terms";

export class EphemeralTokenStore extends DurableObject<Env> {
  async create(terms: EphemeralTokenTerms): Promise<void> {
    this.ctx.storage.kv.put<StoredTerms>(termsKey, { ...terms, used: 0 });
    await this.ctx.storage.setAlarm(terms.expiresAt);
  }

  /**
   * Begins a session with the token, or resumes one.
   * @param resumes a resumption does not count as a use.
   */
  beginSession(resumes: boolean): EphemeralTokenTerms | EphemeralTokenRefusal {
    const stored = this.ctx.storage.kv.get<StoredTerms>(termsKey);
    const now = Date.now();
    if (!stored) return "unknown";
    if (now >= stored.expiresAt) return "expired";
    if (resumes) return stored;
    if (now >= stored.newSessionsUntil) return "expired";
    if (stored.uses !== undefined && stored.used >= stored.uses) return "spent";
    this.ctx.storage.kv.put<StoredTerms>(termsKey, { ...stored, used: stored.used + 1 });
    return stored;
  }

  /** The token begins no session any more. */
  async delete(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

/** The object's RPC interface. Arguments and results are plain JSON, for which a stub's generated type is too strict. */
interface EphemeralTokenStub {
  create(terms: EphemeralTokenTerms): Promise<void>;
  beginSession(resumes: boolean): Promise<EphemeralTokenTerms | EphemeralTokenRefusal>;
  delete(): Promise<void>;
}

export const ephemeralTokenStub = (env: Env, id: string): EphemeralTokenStub =>
  inJurisdiction<EphemeralTokenStub>(
    env.EPHEMERAL_TOKENS,
    readConfig(env, agents).jurisdiction,
  ).getByName(id);

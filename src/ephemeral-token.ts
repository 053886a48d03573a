/**
 * A ticket: a Durable Object for each, which knows its terms and counts its uses where that is consistent. It deletes
 * itself when the ticket expires.
 */
import { DurableObject } from "cloudflare:workers";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import type { EphemeralTokenTerms } from "./core/live-api/ephemeral-token.ts";
import { inJurisdiction } from "./placement.ts";

/** Why a ticket does not begin a session. */
export type EphemeralTokenRefusal = "unknown" | "expired" | "spent";

interface StoredTerms extends EphemeralTokenTerms {
  readonly used: number;
}

const termsKey = "terms";

export class Ticket extends DurableObject<Env> {
  async create(terms: EphemeralTokenTerms): Promise<void> {
    this.ctx.storage.kv.put<StoredTerms>(termsKey, { ...terms, used: 0 });
    await this.ctx.storage.setAlarm(terms.expiresAt);
  }

  /**
   * Begins a session with it, or goes on with one.
   * @param resumes to go on uses nothing.
   */
  beginSession(resumes: boolean): EphemeralTokenTerms | EphemeralTokenRefusal {
    const kept = this.ctx.storage.kv.get<StoredTerms>(termsKey);
    const now = Date.now();
    if (!kept) return "unknown";
    if (now >= kept.expiresAt) return "expired";
    if (resumes) return kept;
    if (now >= kept.newSessionsUntil) return "expired";
    if (kept.uses !== undefined && kept.used >= kept.uses) return "spent";
    this.ctx.storage.kv.put<StoredTerms>(termsKey, { ...kept, used: kept.used + 1 });
    return kept;
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

/** A ticket as others see it. What travels is plain JSON, for which a stub's generated type is too strict. */
interface EphemeralTokenRemote {
  create(terms: EphemeralTokenTerms): Promise<void>;
  beginSession(resumes: boolean): Promise<EphemeralTokenTerms | EphemeralTokenRefusal>;
}

export const ephemeralTokenStub = (env: Env, id: string): EphemeralTokenRemote =>
  inJurisdiction<EphemeralTokenRemote>(env.TICKET, readConfig(env, agents).jurisdiction).getByName(
    id,
  );

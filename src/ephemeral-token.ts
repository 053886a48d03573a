/**
 * A ticket: a Durable Object for each, which knows its terms and counts its uses where that is consistent. It deletes
 * itself when the ticket expires.
 */
import { DurableObject } from "cloudflare:workers";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import type { Terms } from "./core/live-api/ephemeral-token.ts";
import { within } from "./placement.ts";

/** Why a ticket does not begin a session. */
export type NoEntry = "unknown" | "expired" | "spent";

interface Kept extends Terms {
  readonly used: number;
}

const name = "terms";

export class Ticket extends DurableObject<Env> {
  async make(terms: Terms): Promise<void> {
    this.ctx.storage.kv.put<Kept>(name, { ...terms, used: 0 });
    await this.ctx.storage.setAlarm(terms.expiresAt);
  }

  /**
   * Begins a session with it, or goes on with one.
   * @param resumes to go on uses nothing.
   */
  begin(resumes: boolean): Terms | NoEntry {
    const kept = this.ctx.storage.kv.get<Kept>(name);
    const now = Date.now();
    if (!kept) return "unknown";
    if (now >= kept.expiresAt) return "expired";
    if (resumes) return kept;
    if (now >= kept.newSessionsUntil) return "expired";
    if (kept.uses !== undefined && kept.used >= kept.uses) return "spent";
    this.ctx.storage.kv.put<Kept>(name, { ...kept, used: kept.used + 1 });
    return kept;
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

/** A ticket as others see it. What travels is plain JSON, for which a stub's generated type is too strict. */
interface Remote {
  make(terms: Terms): Promise<void>;
  begin(resumes: boolean): Promise<Terms | NoEntry>;
}

export const ticketOf = (env: Env, id: string): Remote =>
  within<Remote>(env.TICKET, readConfig(env, agents).jurisdiction).getByName(id);

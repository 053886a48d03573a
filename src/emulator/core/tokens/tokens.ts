/**
 * Ephemeral tokens: what a browser is given in place of a key. Live API: AuthToken.
 *
 * A token begins so many sessions until one time, and serves them until another; to resume a session is not to use it.
 */
import { type Close, closes } from "../protocol/close-codes.ts";
import type { Setup } from "../protocol/messages.ts";

export interface EphemeralToken {
  readonly name: string;
  /** Undefined: as many as wanted. */
  readonly uses: number | undefined;
  /** ms since the epoch. */
  readonly expiresAt: number;
  readonly newSessionsUntil: number;
  /** Undefined: each session picks its own. */
  readonly setup: Setup | undefined;
  /** Undefined: the setup locks everything. */
  readonly mask: readonly string[][] | undefined;
}

/** More tokens than this are not kept; the oldest go first. */
const MAX_TOKENS = 10_000;

export class EphemeralTokenRegistry {
  readonly #tokens = new Map<string, { readonly token: EphemeralToken; used: number }>();

  add(token: EphemeralToken): void {
    this.#tokens.set(token.name, { token, used: 0 });
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_TOKENS) return;
      this.#tokens.delete(oldest);
    }
  }

  find(name: string): EphemeralToken | undefined {
    return this.#tokens.get(name)?.token;
  }

  /** Begins a session with it. @returns why not. */
  redeem({ name }: EphemeralToken, now: number): Close | undefined {
    const kept = this.#tokens.get(name);
    if (kept === undefined) return closes.keyNotValid;
    const { uses, newSessionsUntil } = kept.token;
    if (now >= newSessionsUntil) return closes.keyExpired;
    if (uses !== undefined && kept.used >= uses) return closes.tokenSpent;
    kept.used++;
    return undefined;
  }
}

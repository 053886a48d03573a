/**
 * Ephemeral tokens: what a browser is given in place of a key. Live API: AuthToken.
 *
 * A token begins so many sessions until one time, and serves them until another; to resume a session is not to use it.
 */
import { type Close, closes } from "../protocol/close-codes.ts";
import type { Setup } from "../protocol/messages.ts";

export interface Token {
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
const MOST = 10_000;

export class Tokens {
  readonly #tokens = new Map<string, { readonly token: Token; used: number }>();

  add(token: Token): void {
    this.#tokens.set(token.name, { token, used: 0 });
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MOST) return;
      this.#tokens.delete(oldest);
    }
  }

  find(name: string): Token | undefined {
    return this.#tokens.get(name)?.token;
  }

  /** Begins a session with it. @returns why not. */
  use({ name }: Token, now: number): Close | undefined {
    const kept = this.#tokens.get(name);
    if (kept === undefined) return closes.keyNotValid;
    const { uses, newSessionsUntil } = kept.token;
    if (now >= newSessionsUntil) return closes.keyExpired;
    if (uses !== undefined && kept.used >= uses) return closes.tokenSpent;
    kept.used++;
    return undefined;
  }
}

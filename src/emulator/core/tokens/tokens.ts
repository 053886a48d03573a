/**
 * Ephemeral tokens, which replace an API key in a browser. Live API: AuthToken.
 *
 * A token starts a limited number of sessions until `newSessionsUntil` and serves them until `expiresAt`. Resuming a
 * session does not count as a use.
 */
import { type Close, closes } from "../protocol/close-codes.ts";
import type { Setup } from "../protocol/messages.ts";

export interface EphemeralToken {
  readonly name: string;
  /** Undefined: unlimited. */
  readonly uses: number | undefined;
  /** ms since the epoch. */
  readonly expiresAt: number;
  readonly newSessionsUntil: number;
  /** Undefined: each session brings its own. */
  readonly setup: Setup | undefined;
  /** Undefined: the setup locks every field. */
  readonly mask: readonly string[][] | undefined;
}

/** Limit of stored tokens; the oldest are removed first. */
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

  /** Counts one use. @returns the close if the token is not valid for a new session. */
  redeem({ name }: EphemeralToken, now: number): Close | undefined {
    const entry = this.#tokens.get(name);
    if (entry === undefined) return closes.keyNotValid;
    const { uses, newSessionsUntil } = entry.token;
    if (now >= newSessionsUntil) return closes.keyExpired;
    if (uses !== undefined && entry.used >= uses) return closes.tokenSpent;
    entry.used++;
    return undefined;
  }
}

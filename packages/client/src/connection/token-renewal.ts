/** Renews a client's token before it expires. */
import type { GetToken, Platform } from "./platform.ts";

/** A renewal that failed is tried again after this time, and one that succeeded is not followed by another sooner. */
const renewalIntervalMs = 10_000;

interface RenewalEvents {
  renewed(token: string): void;
  /** @param error of `getToken`. */
  failed(error: unknown): void;
}

/** Renews the token of an open connection when the server warns that it expires. */
export class TokenRenewal {
  readonly #getToken: GetToken;
  readonly #timers: Pick<Platform, "now" | "after">;
  readonly #events: RenewalEvents;
  #lastAt = -Infinity;
  #lastToken: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(getToken: GetToken, timers: Pick<Platform, "now" | "after">, events: RenewalEvents) {
    this.#getToken = getToken;
    this.#timers = timers;
    this.#events = events;
  }

  /** The server warned. Its answer to a renewal, with a later end, is no warning. */
  warned(expiresInMs: number): void {
    this.stop();
    if (expiresInMs > warningMs) return;
    const waitMs = Math.max(0, this.#lastAt + renewalIntervalMs - this.#timers.now());
    if (waitMs === 0) void this.#renew();
    else this.#cancel = this.#timers.after(waitMs, () => void this.#renew());
  }

  /** The connection ended: the next one asks for a token itself. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #renew(): Promise<void> {
    this.stop();
    this.#lastAt = this.#timers.now();
    // Another call of `stop` or `warned` replaces it.
    const retry = this.#timers.after(renewalIntervalMs, () => void this.#renew());
    this.#cancel = retry;
    try {
      const token = await this.#getToken();
      if (this.#cancel !== retry) return;
      if (!token || token === this.#lastToken) throw new Error("it is the one that expires");
      this.stop();
      this.#lastToken = token;
      this.#events.renewed(token);
    } catch (error) {
      this.#events.failed(error);
    }
  }
}

/** The server warns a minute before the end; clocks and timers are late. */
const warningMs = 61_000;

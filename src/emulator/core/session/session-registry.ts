/**
 * The sessions that are going on, and those that can be resumed. Nothing here runs by itself: what has run out
 * is forgotten when the next session begins.
 *
 * Measured on AI Studio: a session cannot be resumed while its old socket is open, nor for 1.5 s after it was
 * dropped, unless the model was speaking.
 */
import { type Close, closes } from "../protocol/close-codes.ts";
import type { SessionConfig } from "./session-config.ts";
import { remainingMs } from "../connection/connection-lifetime.ts";
import type { Session } from "./session.ts";

export type Admission =
  | { readonly session: Session; readonly resumed: boolean }
  | { readonly refusal: Close };

type SessionPresence =
  | { readonly kind: "connected" }
  | { readonly kind: "gone"; readonly at: number; readonly resumableAt: number };

/** How long a dropped session cannot be resumed, ms. */
const SETTLING_MS = 1500;
/** More sessions than this are not kept for resumption; the oldest go first. */
const MOST_KEPT = 1_000;

export class SessionRegistry {
  /** Insertion order is the order of last use. */
  readonly #presence = new Map<Session, SessionPresence>();
  readonly #handles = new Map<string, Session>();
  readonly #speed: number;

  /** @param speed times faster than it is that time passes for handles and sessions. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  get connected(): number {
    return [...this.#presence.values()].filter(({ kind }) => kind === "connected").length;
  }

  /** Those that wait for their client to come back. */
  get kept(): number {
    return this.#presence.size - this.connected;
  }

  add(session: Session): void {
    this.#touch(session, { kind: "connected" });
  }

  /** The session a handle names, with its new configuration. */
  resume(handle: string, config: SessionConfig, now: number): Admission {
    const session = this.#handles.get(handle);
    const presence = session === undefined ? undefined : this.#presence.get(session);
    if (session === undefined || presence === undefined) return { refusal: closes.noSession };
    if (presence.kind === "connected" || now < presence.resumableAt)
      return { refusal: closes.internal };
    if (session.config.model !== config.model) return { refusal: closes.invalidArgument };
    session.config = config;
    if (remainingMs(session, this.#speed) <= 0) return { refusal: closes.invalidArgument };
    this.add(session);
    return { session, resumed: true };
  }

  /** From now on the session can be found by this handle, too. */
  addHandle(session: Session, handle: string): void {
    this.#handles.set(handle, session);
    session.handles.push(handle);
  }

  /** The client has gone; without a handle, the session has, too. */
  detach(session: Session, wasSpeaking: boolean, now: number): void {
    if (session.handles.length === 0) {
      this.#presence.delete(session);
      return;
    }
    this.#touch(session, {
      kind: "gone",
      at: now,
      resumableAt: now + (wasSpeaking ? 0 : SETTLING_MS),
    });
  }

  removeExpired(now: number): void {
    let surplus = this.kept - MOST_KEPT;
    for (const [session, presence] of this.#presence) {
      if (presence.kind === "connected") continue;
      if (surplus <= 0 && now - presence.at < session.config.profile.handleMs / this.#speed)
        continue;
      this.#presence.delete(session);
      for (const handle of session.handles) this.#handles.delete(handle);
      surplus--;
    }
  }

  #touch(session: Session, presence: SessionPresence): void {
    this.#presence.delete(session);
    this.#presence.set(session, presence);
  }
}

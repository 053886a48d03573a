/**
 * The connected sessions and the detached ones that can be resumed. The registry has no timers: expired sessions are
 * removed when the next session starts.
 *
 * Measured on AI Studio: a session cannot be resumed while its old socket is open, nor for 1.5 s after the socket
 * closed, unless the model was speaking.
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
  | { readonly kind: "disconnected"; readonly detachedAt: number; readonly resumableAt: number };

/** How long a session cannot be resumed after its connection closed, ms. */
const SETTLING_MS = 1500;
/** Limit of detached sessions; the oldest are removed first. */
const MAX_DETACHED = 1_000;

export class SessionRegistry {
  /** In the order of last use. */
  readonly #presence = new Map<Session, SessionPresence>();
  readonly #handles = new Map<string, Session>();
  readonly #speed: number;

  /** @param speed factor by which handles and sessions age faster than real time. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  get connected(): number {
    return [...this.#presence.values()].filter(({ kind }) => kind === "connected").length;
  }

  /** Sessions without a connection that can be resumed. */
  get detached(): number {
    return this.#presence.size - this.connected;
  }

  add(session: Session): void {
    this.#setPresence(session, { kind: "connected" });
  }

  /** Resumes the session of a handle with its new configuration. */
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

  addHandle(session: Session, handle: string): void {
    this.#handles.set(handle, session);
    session.handles.push(handle);
  }

  /** Marks a session as disconnected; without a handle it is removed. */
  detach(session: Session, wasSpeaking: boolean, now: number): void {
    if (session.handles.length === 0) {
      this.#presence.delete(session);
      return;
    }
    this.#setPresence(session, {
      kind: "disconnected",
      detachedAt: now,
      resumableAt: now + (wasSpeaking ? 0 : SETTLING_MS),
    });
  }

  removeExpired(now: number): void {
    let surplus = this.detached - MAX_DETACHED;
    for (const [session, presence] of this.#presence) {
      if (presence.kind === "connected") continue;
      if (surplus <= 0 && now - presence.detachedAt < session.config.profile.handleMs / this.#speed)
        continue;
      this.#presence.delete(session);
      for (const handle of session.handles) this.#handles.delete(handle);
      surplus--;
    }
  }

  #setPresence(session: Session, presence: SessionPresence): void {
    this.#presence.delete(session);
    this.#presence.set(session, presence);
  }
}

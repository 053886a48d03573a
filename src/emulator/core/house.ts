/** What all connections share: ports, options, sessions and counts. */
import type { Close } from "./closes.ts";
import { closes } from "./closes.ts";
import type { Config } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Framing } from "./frames.ts";
import { uuid } from "./ids.ts";
import type { ClientMessage } from "./messages.ts";
import type { Ports } from "./ports.ts";
import { redact } from "./redact.ts";
import { Session } from "./session.ts";
import { type Counts, newCounts, type SessionReport, type Stats } from "./stats.ts";

export interface EmulatorOptions {
  /** A profile's name that answers for every model; by default each model answers for itself. */
  readonly profile: string | undefined;
  readonly framing: Framing;
  /** Told of every failure of ears, voice, brain or core. */
  readonly onFailure: (error: unknown) => void;
}

export type Admission =
  | { readonly session: Session; readonly resumed: boolean }
  | { readonly refusal: Close };

interface Record_ {
  readonly session: Session;
  handles: number;
  connections: number;
  connected: boolean;
  leftAt: number;
  received: unknown[];
  closed: { readonly code: number; readonly reason: string } | undefined;
}

/** Handles work for two hours after the session was last connected. */
const HANDLE_MS = 2 * 60 * 60 * 1000;
/** Reports of the latest sessions, and of the latest frames of each. */
const MOST_SESSIONS = 500;
const MOST_FRAMES = 200;

export class House {
  readonly ports: Ports;
  readonly options: EmulatorOptions;
  readonly counts: Counts = newCounts();
  readonly #connections = new Set<Connection>();
  readonly #records = new Map<Session, Record_>();
  readonly #handles = new Map<string, Session>();

  constructor(ports: Ports, options: EmulatorOptions) {
    this.ports = ports;
    this.options = options;
  }

  opened(connection: Connection): void {
    this.#connections.add(connection);
    this.counts.sockets++;
  }

  left(connection: Connection, session: Session | undefined, { code, reason }: Close): void {
    if (this.#connections.delete(connection)) this.counts.sockets--;
    const record = session === undefined ? undefined : this.#records.get(session);
    if (record === undefined) return;
    record.connected = false;
    record.leftAt = this.ports.clock.now();
    record.closed = { code, reason };
  }

  /** A new session, or the one its handle names. */
  admit(config: Config): Admission {
    this.#forgetOld();
    const handle = config.resumption?.handle;
    if (handle === undefined) return { session: this.#create(config), resumed: false };
    const session = this.#handles.get(handle);
    const record = session === undefined ? undefined : this.#records.get(session);
    if (session === undefined || record === undefined) return { refusal: closes.noSession };
    if (record.connected) return { refusal: closes.internal };
    session.config = config;
    record.connected = true;
    record.connections++;
    return { session, resumed: true };
  }

  /** The session can be found by this handle from now on. */
  issue(session: Session, handle: string): string {
    this.#handles.set(handle, session);
    const record = this.#records.get(session);
    if (record !== undefined) record.handles++;
    return handle;
  }

  note(session: Session, message: ClientMessage): void {
    const received = this.#records.get(session)?.received;
    received?.push(redact(message));
    if (received !== undefined && received.length > MOST_FRAMES) received.shift();
  }

  failed(error: unknown): void {
    this.counts.failures++;
    this.options.onFailure(error);
  }

  stats(): Stats {
    const records = [...this.#records.values()];
    const connected = records.filter((record) => record.connected).length;
    return {
      ...this.counts,
      received: { ...this.counts.received },
      sent: { ...this.counts.sent },
      sessions: { connected, kept: new Set(this.#handles.values()).size },
      waiting: [...this.#connections].reduce((total, { waiting }) => total + waiting, 0),
    };
  }

  sessions(): SessionReport[] {
    return [...this.#records.values()].map(({ session, connected, ...record }) => ({
      id: session.id,
      model: session.config.model,
      state: connected ? "connected" : "disconnected",
      handles: record.handles,
      connections: record.connections,
      received: [...record.received],
      closed: record.closed,
    }));
  }

  #create(config: Config): Session {
    const session = new Session(uuid(this.ports.random), config);
    this.#records.set(session, {
      session,
      handles: 0,
      connections: 1,
      connected: true,
      leftAt: 0,
      received: [],
      closed: undefined,
    });
    return session;
  }

  /** Sessions past their time, or past their number, oldest first. No timer does this: nothing outlives its talk. */
  #forgetOld(): void {
    const now = this.ports.clock.now();
    let surplus = this.#records.size - MOST_SESSIONS;
    for (const [session, { connected, leftAt }] of this.#records) {
      if (connected || (surplus <= 0 && now - leftAt < HANDLE_MS)) continue;
      this.#records.delete(session);
      surplus--;
    }
    for (const [handle, session] of this.#handles) {
      if (!this.#records.has(session)) this.#handles.delete(handle);
    }
  }
}

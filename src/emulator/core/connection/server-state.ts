/** The state that all connections share: ports, options, sessions, tokens, reports and counters. */
import type { Close } from "../protocol/close-codes.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { Connection } from "./connection.ts";
import type { Fault } from "../faults/fault.ts";
import { uuid } from "../ids.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Ports } from "../ports.ts";
import { SessionReports } from "../session/session-reports.ts";
import { Session } from "../session/session.ts";
import { type Admission, SessionRegistry } from "../session/session-registry.ts";
import { type Counters, createCounters, type Stats } from "../stats.ts";
import { EphemeralTokenRegistry } from "../tokens/tokens.ts";

export class ServerState {
  readonly ports: Ports;
  readonly options: ResolvedOptions;
  readonly counters: Counters = createCounters();
  readonly tokens = new EphemeralTokenRegistry();
  readonly reports = new SessionReports();
  /** The configured faults and the ones injected since. */
  readonly faults: Fault[];
  #connectionCount = 0;
  readonly #connections = new Set<Connection>();
  readonly #sessions: SessionRegistry;

  constructor(ports: Ports, options: ResolvedOptions) {
    this.ports = ports;
    this.options = options;
    this.faults = [...options.faults];
    this.#sessions = new SessionRegistry(options.speed);
  }

  /** @returns the connection's ordinal, from 1. */
  addConnection(connection: Connection): number {
    this.#connections.add(connection);
    this.counters.sockets++;
    return ++this.#connectionCount;
  }

  /**
   * Injects a fault: without a connection number into the newest open connection; for a future connection it is stored.
   * @returns whether a connection is open, or can still open, that the fault is for.
   */
  injectFault(fault: Fault): boolean {
    const { connection } = fault.when;
    const open = [...this.#connections];
    if (connection === undefined) return open.at(-1)?.injectFault(fault) ?? false;
    if (connection > this.#connectionCount) return this.faults.push(fault) > 0;
    return open.find(({ number }) => number === connection)?.injectFault(fault) ?? false;
  }

  removeConnection(connection: Connection): void {
    if (this.#connections.delete(connection)) this.counters.sockets--;
  }

  /** Starts a session, or resumes the one that the setup's handle names. */
  admit(config: SessionConfig): Admission {
    const now = this.ports.clock.now();
    this.#sessions.removeExpired(now);
    const handle = config.resumption?.handle;
    const admission =
      handle === undefined
        ? this.#startSession(config)
        : this.#sessions.resume(handle, config, now);
    if ("session" in admission) this.reports.connected(admission.session);
    return admission;
  }

  detachSession(session: Session, wasSpeaking: boolean, { code, reason }: Close): void {
    this.#sessions.detach(session, wasSpeaking, this.ports.clock.now());
    this.reports.closed(session, code, reason);
  }

  issueHandle(session: Session): string {
    const handle = uuid(this.ports.random);
    this.#sessions.addHandle(session, handle);
    this.reports.handleIssued(session);
    return handle;
  }

  reportFailure(error: unknown): void {
    this.counters.failures++;
    this.options.onFailure(error);
  }

  stats(): Stats {
    const { connected, detached: kept } = this.#sessions;
    return {
      ...this.counters,
      received: { ...this.counters.received },
      sent: { ...this.counters.sent },
      sessions: { connected, kept },
      waiting: [...this.#connections].reduce((total, { waiting }) => total + waiting, 0),
      dropped: [...this.#connections].reduce((total, { dropped }) => total + dropped, 0),
    };
  }

  #startSession(config: SessionConfig): Admission {
    const session = new Session(uuid(this.ports.random), config);
    this.#sessions.add(session);
    return { session, resumed: false };
  }
}

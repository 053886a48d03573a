/** A session while one connection holds it: its talk, what is told about resuming it, and how long the connection lives. */
import type { Timers } from "./timers.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { ConnectionLifetime } from "./connection-lifetime.ts";
import { MessageHandler } from "./message-handler.ts";
import type { ClientMessage, ServerMessage } from "../protocol/messages.ts";
import type { Latency } from "../profiles/latency.ts";
import { ResumptionUpdates } from "../session/resumption.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "../session/session.ts";

export interface AttachedSessionContext {
  readonly service: ServerState;
  readonly floor: ConnectionContext;
  readonly session: Session;
  readonly alarms: Timers;
  /** When the connection was opened, ms since the epoch. */
  readonly since: number;
  /** As it is, without what a fault would add. */
  send(message: ServerMessage): void;
  end(close: Close): void;
}

export class AttachedSession {
  readonly session: Session;
  readonly handler: MessageHandler;
  readonly #to: AttachedSessionContext;
  /** Undefined: the session cannot be resumed, since nobody asked for it. */
  readonly #resumption: ResumptionUpdates | undefined;
  #lifespan: ConnectionLifetime | undefined;

  constructor(to: AttachedSessionContext) {
    const { session, service } = to;
    this.#to = to;
    this.session = session;
    this.handler = new MessageHandler(to.floor, session);
    if (session.config.resumption === undefined) return;
    this.#resumption = new ResumptionUpdates({
      session,
      send: (message) => to.send(message),
      issueHandle: () => service.issueHandle(session),
      settled: () => this.handler.settled,
    });
  }

  get latency(): Latency {
    return this.session.config.profile.latency;
  }

  /** Whether a handle is to be offered. */
  get resumable(): boolean {
    return this.#resumption !== undefined;
  }

  /** setupComplete was sent. */
  start(): void {
    const { alarms, since, service, session } = this.#to;
    const { connection, speed } = service.options;
    const life = { ...session.config.profile.connection, close: closes.deadline, ...connection };
    this.#lifespan = new ConnectionLifetime({
      session,
      alarms,
      since,
      life,
      speed,
      warn: (timeLeft) => this.#to.send({ goAway: { timeLeft } }),
      end: () => this.#to.end(life.close),
    });
  }

  receive(message: ClientMessage): Close | undefined {
    this.#to.service.reports.received(this.session, message);
    this.#resumption?.countMessage();
    return this.handler.receive(message);
  }

  offerHandle(): void {
    this.#resumption?.offerHandle();
  }

  turnStateChanged(settled: boolean): void {
    if (this.#lifespan !== undefined) this.#resumption?.turnStateChanged(settled);
  }

  videoReceived(): void {
    this.#lifespan?.videoReceived();
  }

  /** The connection is gone; the session may be resumed. */
  close(close: Close): void {
    const wasSpeaking = this.handler.modelSpeaking;
    this.#lifespan?.close();
    this.handler.close();
    this.#to.service.detachSession(this.session, wasSpeaking, close);
  }
}

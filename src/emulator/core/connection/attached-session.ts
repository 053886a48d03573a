/** A session while one connection holds it: its talk, what is told about resuming it, and how long the connection lives. */
import type { Alarms } from "./timers.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import type { Floor } from "./connection-context.ts";
import { Lifespan } from "./connection-lifetime.ts";
import { Live } from "./message-handler.ts";
import type { ClientMessage, ServerMessage } from "../protocol/messages.ts";
import type { Latency } from "../profiles/latency.ts";
import { Resumption } from "../session/resumption.ts";
import type { Service } from "./server-state.ts";
import type { Session } from "../session/session.ts";

export interface Holding {
  readonly service: Service;
  readonly floor: Floor;
  readonly session: Session;
  readonly alarms: Alarms;
  /** When the connection was opened, ms since the epoch. */
  readonly since: number;
  /** As it is, without what a fault would add. */
  send(message: ServerMessage): void;
  end(close: Close): void;
}

export class Tenure {
  readonly session: Session;
  readonly live: Live;
  readonly #to: Holding;
  /** Undefined: the session cannot be resumed, since nobody asked for it. */
  readonly #resumption: Resumption | undefined;
  #lifespan: Lifespan | undefined;

  constructor(to: Holding) {
    const { session, service } = to;
    this.#to = to;
    this.session = session;
    this.live = new Live(to.floor, session);
    if (session.config.resumption === undefined) return;
    this.#resumption = new Resumption({
      session,
      send: (message) => to.send(message),
      issue: () => service.issueHandle(session),
      settled: () => this.live.settled,
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
  begin(): void {
    const { alarms, since, service, session } = this.#to;
    const { connection, speed } = service.options;
    const life = { ...session.config.profile.connection, close: closes.deadline, ...connection };
    this.#lifespan = new Lifespan({
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
    this.#resumption?.count();
    return this.live.receive(message);
  }

  offer(): void {
    this.#resumption?.offer();
  }

  turned(settled: boolean): void {
    if (this.#lifespan !== undefined) this.#resumption?.turned(settled);
  }

  sawVideo(): void {
    this.#lifespan?.sawVideo();
  }

  /** The connection is gone; the session may be resumed. */
  close(close: Close): void {
    const wasSpeaking = this.live.speaking;
    this.#lifespan?.close();
    this.live.close();
    this.#to.service.leave(this.session, wasSpeaking, close);
  }
}

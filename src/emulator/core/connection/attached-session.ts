/**
 * A session attached to one connection: it handles messages, offers resumption handles and limits the connection's
 * lifetime.
 */
import type { Timers } from "./timers.ts";
import type { Close, ConnectionEnd } from "../protocol/close-codes.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { ConnectionLifetime } from "./connection-lifetime.ts";
import { MessageHandler } from "./message-handler.ts";
import type { ClientMessage, ServerMessage } from "../protocol/messages.ts";
import type { Latency } from "../profiles/latency.ts";
import { ResumptionUpdates } from "../session/resumption.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "../session/session.ts";

interface AttachedSessionContext {
  readonly server: ServerState;
  readonly connection: ConnectionContext;
  readonly session: Session;
  readonly timers: Timers;
  /** When the connection opened, ms since the epoch. */
  readonly openedAt: number;
  /** Sends the message unchanged: transcript faults do not apply. */
  send(message: ServerMessage): void;
  end(end: ConnectionEnd): void;
}

export class AttachedSession {
  readonly session: Session;
  readonly handler: MessageHandler;
  readonly #context: AttachedSessionContext;
  /** Undefined: the setup did not ask for resumption. */
  readonly #resumption: ResumptionUpdates | undefined;
  #lifetime: ConnectionLifetime | undefined;

  constructor(context: AttachedSessionContext) {
    const { session, server } = context;
    this.#context = context;
    this.session = session;
    this.handler = new MessageHandler(context.connection, session);
    if (session.config.resumption === undefined) return;
    this.#resumption = new ResumptionUpdates({
      session,
      send: (message) => context.send(message),
      issueHandle: () => server.issueHandle(session),
      settled: () => this.handler.settled,
    });
  }

  get latency(): Latency {
    return this.session.config.profile.latency;
  }

  /** Whether the client asked for resumption, and so must be offered a handle. */
  get resumable(): boolean {
    return this.#resumption !== undefined;
  }

  /** Starts the lifetime limits; must follow setupComplete. */
  start(): void {
    const { timers, openedAt, server, session } = this.#context;
    const { connection, speed } = server.options;
    const lifetime = {
      ...session.config.profile.connection,
      close: session.config.profile.ends.age,
      ...connection,
    };
    this.#lifetime = new ConnectionLifetime({
      session,
      timers,
      openedAt,
      limits: lifetime,
      speed,
      warn: (timeLeft) => this.#context.send({ goAway: { timeLeft } }),
      end: () => this.#context.end(lifetime.close),
    });
  }

  receive(message: ClientMessage): Close | undefined {
    this.#context.server.reports.received(this.session, message);
    this.#resumption?.countMessage();
    return this.handler.receive(message);
  }

  offerHandle(): void {
    this.#resumption?.offerHandle();
  }

  turnStateChanged(settled: boolean): void {
    if (this.#lifetime !== undefined) this.#resumption?.turnStateChanged(settled);
  }

  videoReceived(): void {
    this.#lifetime?.videoReceived();
  }

  /** Detaches the session, which may be resumed. */
  close(close: Close): void {
    const wasSpeaking = this.handler.modelSpeaking;
    this.#lifetime?.close();
    this.handler.close();
    this.#context.server.detachSession(this.session, wasSpeaking, close);
  }
}

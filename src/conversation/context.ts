/**
 * The shared state of a conversation's modules, and the life-cycle of its connections: join, leave, close.
 *
 * This class knows no module by name: it calls all of them, in the order in which they were added.
 */
import type { Agent } from "../agent/agent.ts";
import { HistoryReaders } from "../access/rate-limit.ts";
import { Approvals } from "../agent/runtime/approvals.ts";
import { CallControl } from "../agent/runtime/call-control.ts";
import type { Config } from "../config.ts";
import { errorEvent } from "../core/adk/event.ts";
import { isUserArtifact } from "../core/adk/artifact.ts";
import type { Clock } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import { Lateness } from "../core/lateness.ts";
import type { Overload } from "../core/policy/overload.ts";
import { initialTurn, reduceTurn, type TurnSignal, type TurnState } from "../core/turn-state.ts";
import { userArtifacts } from "../directory.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import { writeFrame } from "../protocols/parley-v1/codec.ts";
import { AlarmSchedule } from "../store/alarm-schedule.ts";
import { ArtifactStore, type RemoteArtifacts } from "../store/artifacts.ts";
import { EventLog } from "../store/event-log.ts";
import { conversationTables } from "../store/schema-migrations.ts";
import type { Fetch } from "../upstream/endpoint.ts";
import type { EventBody } from "../wire/adk.ts";
import { mayTakeRole, type ServerFrame } from "../wire/parley-v1.ts";
import { UnfinishedTurn } from "../core/policy/unfinished-turn.ts";
import { ConversationAllowances } from "./allowances.ts";
import { Broadcaster } from "./broadcaster.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { frameFailed, slowConsumer } from "./errors.ts";
import { EventRecorder, type PublishOptions } from "./event-recorder.ts";
import type { Module } from "./module.ts";
import { SessionStore } from "./session-store.ts";
import { logFailure } from "../operator-log.ts";

/** The conversation's dependencies on its platform. Tests replace them. */
export interface Platform {
  readonly clock: Clock;
  /** Of all objects of the isolate. */
  readonly overload: Overload;
  /** Opens the upstream socket. */
  readonly fetch: Fetch;
  readonly config: () => Config;
  /** The root agent of a name, or the default one. */
  readonly agentNamed: (app: string | undefined) => Agent;
}

/** A frame of parley.v1 that other protocols have in another form. */
type Notice = Unnumbered<Extract<ServerFrame, { readonly type: "budget" | "queue" }>>;
type Unnumbered<T> = T extends unknown ? Omit<T, "seq"> : never;

export class ConversationContext {
  readonly object: DurableObjectState;
  readonly env: Env;
  readonly platform: Platform;
  readonly lateness: Lateness;
  readonly connections: Connections;
  readonly log: EventLog;
  readonly artifacts: ArtifactStore;
  readonly alarms: AlarmSchedule;
  readonly sessionStore: SessionStore;
  readonly broadcaster: Broadcaster;
  readonly recorder: EventRecorder;
  readonly approvals: Approvals;
  readonly callControl: CallControl;
  readonly modules: Module[] = [];
  readonly readers = new HistoryReaders();
  readonly unfinishedTurn = new UnfinishedTurn();
  readonly allowances = new ConversationAllowances(this);
  /** The conversation's turn. Only `advanceTurn` changes it. */
  turn: TurnState;
  /** How often it has ended. What was awaited from before the last end must have no effect. */
  #ends = 0;
  /** How often it was deleted. What runs from before the last deletion must store nothing. */
  #deletions = 0;

  constructor(object: DurableObjectState, env: Env, platform: Platform) {
    this.object = object;
    this.env = env;
    this.platform = platform;
    this.lateness = new Lateness(platform.clock, (lateMs) => {
      platform.overload.onTick(lateMs, platform.clock.now());
      return this.broadcaster.checkReaders();
    });
    this.connections = new Connections(object, this.lateness);
    this.log = new EventLog(object.storage);
    this.artifacts = new ArtifactStore(object.storage, conversationTables);
    this.alarms = new AlarmSchedule(object.storage);
    this.sessionStore = new SessionStore(object, env, this.log, this.alarms);
    this.broadcaster = new Broadcaster(this);
    this.recorder = new EventRecorder(this);
    this.approvals = new Approvals(this.clock, (body, expiresInMs) =>
      this.publish(body, { expiresInMs }),
    );
    this.callControl = new CallControl(this.clock);
    this.turn = initialTurn(this.log.lastTurn());
    this.modules.push(this.sessionStore, this.allowances);
  }

  get clock(): Clock {
    return this.platform.clock;
  }

  get kv(): SyncKvStorage {
    return this.object.storage.kv;
  }

  /** The artifacts that a name belongs to: the user's or the conversation's. */
  readonly filesFor = (name: string): ArtifactStore | RemoteArtifacts =>
    isUserArtifact(name) && this.sessionStore.sharesUserState
      ? userArtifacts(this.env, this.sessionStore.identity)
      : this.artifacts;

  advanceTurn(signal: TurnSignal): void {
    this.turn = reduceTurn(this.turn, signal, this.clock.now());
  }

  /** Sends an event to all connections, then records it. */
  publish(body: EventBody, options?: PublishOptions): void {
    this.recorder.publish(body, options);
  }

  /** A parley.v1 client takes part only from its `hello` on. */
  join(connection: Connection): void {
    const { joined, protocol } = connection.attachment;
    if (!joined && protocol !== "parley-v1") connection.update({ joined: true });
    for (const module of this.modules) module.onJoin?.(connection);
    this.broadcaster.storeEpoch();
    this.admitSpeaker(connection);
  }

  /** Starts the upstream connection for a client that takes part and may speak: the others cost nothing at the service. */
  admitSpeaker(connection: Connection): void {
    if (!connection.isJoined || !mayTakeRole(connection.role, "speaker")) return;
    for (const module of this.modules) module.onSpeaker?.(connection);
  }

  /** The client leaves: its socket is closed, or about to be. Later calls have no effect. */
  leave(connection: Connection, reason?: string): void {
    connection.resetSendQueue();
    if (connection.attachment.left) return;
    this.broadcaster.onLeave(connection);
    connection.update({ left: true });
    for (const module of this.modules) module.onLeave?.(connection, reason);
    this.connections.remove(connection);
  }

  /**
   * Closes the client's socket; the client leaves once the runtime reports the close.
   * @param again whether the client may reconnect at once.
   */
  close(connection: Connection, code: number, message: string, again = false): void {
    if (connection.attachment.protocol === "parley-v1") {
      const { seq } = this.broadcaster.position;
      connection.push(writeFrame({ type: "goAway", seq, code, message, again }));
    }
    connection.close(code, message);
  }

  /** Closes the client's socket because of an error, and lets the client leave at once. It may reconnect. */
  expel(connection: Connection, { close, message }: ClientError): void {
    this.close(connection, close, message, true);
    this.leave(connection);
  }

  /**
   * Tells the client the error in the form of its protocol, closes its socket, and lets the client leave at once.
   * @param reason of the leaving, for the others.
   */
  closeFor(connection: Connection, error: ClientError, reason?: string): void {
    if (!connection.liveClient) this.refuse(connection, error);
    if (!connection.isOpen) return;
    this.close(connection, error.close, error.message, error.action === "retry");
    this.leave(connection, reason);
  }

  get ends(): number {
    return this.#ends;
  }

  get deletions(): number {
    return this.#deletions;
  }

  /** Closes all sockets. @param again whether the clients may reconnect at once. */
  end(code: number, message: string, again = false): void {
    this.#ends++;
    for (const module of this.modules) module.onEnding?.();
    for (const connection of this.connections.open) this.close(connection, code, message, again);
    for (const module of this.modules) module.onEnd?.();
  }

  /** Sends an error to this client alone. @param textId of the text that was refused. */
  refuse(connection: Connection, error: ClientError, textId?: string): void {
    if (connection.protocol.closesOn?.(error)) this.expel(connection, error);
    else {
      const { seq } = this.broadcaster.position;
      const event = this.recorder.stamp(errorEvent(error));
      const frame = connection.protocol.encodeError(error, event, seq, textId);
      if (frame.length > 0) this.push(connection, frame);
    }
    this.notifyRefused(connection, textId);
  }

  /** Sends a frame to this client alone. A client that leaves too much unread is expelled. */
  push(connection: Connection, data: string | Uint8Array): void {
    if (!connection.push(data)) this.dropSlowConsumer(connection);
  }

  /** Tells one client a fact that is no event of the conversation: in parley.v1 a frame, in ADK's protocols metadata. */
  inform(connection: Connection, { type, ...fields }: Notice): void {
    switch (connection.attachment.protocol) {
      case "parley-v1": {
        const { seq } = this.broadcaster.position;
        this.push(connection, writeFrame({ type, seq, ...fields } as ServerFrame));
        return;
      }
      // The Live API has no message for it.
      case "live-api":
        if (connection.liveClient?.output.lifecycle)
          this.push(
            connection,
            formatLiveMessage({ serverContent: {}, parley: { [type]: fields } }),
          );
        return;
      case "adk-demo":
      case "adk-live":
      case "adk-run":
      case "sse": {
        const body = { author: "parley", customMetadata: { [type]: fields } };
        return this.broadcaster.sendTo(connection, this.recorder.stamp(body));
      }
      default:
    }
  }

  /** Runs a step for a frame of a client. An exception is told to that client alone, and to the operator in one line. */
  contain(connection: Connection, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.failFrame(connection, error);
    }
  }

  /** The relay could not handle a frame of this client. */
  failFrame(connection: Connection, error: unknown): void {
    const refusal = this.reportFailure(connection.attachment.protocol, error);
    if (connection.isOpen) this.refuse(connection, refusal);
  }

  /** Tells the operator. @returns the error for the sender. */
  reportFailure(protocol: string, error: unknown): ClientError {
    logFailure(`a frame of ${protocol} could not be handled`, error);
    return frameFailed();
  }

  /** Tells the modules that a request was refused. The client has got the error, or has left. */
  notifyRefused(connection: Connection, textId?: string): void {
    for (const module of this.modules) module.onRefused?.(connection, textId);
  }

  /** Expels a client that has stopped reading, after the current frame was sent to the other connections. */
  dropSlowConsumer(connection: Connection): void {
    queueMicrotask(() => {
      if (connection.isOpen) this.expel(connection, slowConsumer());
    });
  }

  /** Closes all connections and deletes everything that is stored. Deleting twice is harmless. */
  async delete(): Promise<void> {
    this.#deletions++;
    this.end(1000, "This conversation was deleted.");
    for (const module of this.modules) module.onDeleting?.();
    await this.sessionStore.deleteAll();
    this.reload();
    this.broadcaster.reset();
    for (const module of this.modules) module.onReset?.();
    await this.sessionStore.settled();
  }

  /** The log was emptied, or filled by an import. */
  reload(): void {
    this.turn = initialTurn(this.log.lastTurn());
    this.recorder.reset();
  }
}

/** The runtime's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

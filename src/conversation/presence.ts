/** Presence: publishes joins, leaves, roles, mutes and the speaker to parley.v1 clients; disconnects silent clients. */
import { isPhone } from "../protocols/attachment.ts";
import type { ClientRequest, ControlRequest } from "../core/client-request.ts";
import type { Timer } from "../core/clock.ts";
import { patientTimer } from "../core/lateness.ts";
import { loadedOpus, loadOpus } from "../protocols/parley-v1/load-opus.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { mayTakeRole, parseResumePoint, type PresenceChange } from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { firstMessageMissing, roleNotGranted } from "./errors.ts";
import type { Module } from "./module.ts";

type Hello = Extract<ControlRequest, { type: "hello" }>;

/** A client sends `ping` every 15 s, a page in the background once a minute. */
const maxSilenceMs = 150_000;

const mutedPersonsKey = "mutedPersons";
const maxMutedPersons = 500;

/** From the opening of a socket to `hello` or `setup`. A call has five seconds of its own (phone-calls.ts). */
const maxFirstMessageMs = 10_000;

export class Presence implements Module {
  readonly #context: ConversationContext;
  /** Of the clients that have sent no first message. */
  readonly #firstMessageTimers = new Map<Connection, Timer>();
  /** The id of the participant that the model hears; undefined: none. Changed by `setSpeaker`. */
  speaker: string | undefined;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  onOpen(connection: Connection): void {
    const { broadcaster } = this.#context;
    const { attachment } = connection;
    const { person, role } = attachment;
    if (person !== undefined && role !== "operator" && this.#mutedPersons.includes(person))
      connection.update({ muted: "operator" });
    if (attachment.protocol === "parley-v1") broadcaster.startNumbering();
    if (attachment.protocol === "sse") broadcaster.replayTo(connection, attachment.cursor);
    this.#scheduleLivenessCheck(connection);
    const { protocol } = attachment;
    if (!connection.isJoined && (protocol === "parley-v1" || protocol === "live-api"))
      this.#awaitFirstMessage(connection);
  }

  /** A client that says nothing must not keep a place. A Live API client with a lookup under way has said its setup. */
  #awaitFirstMessage(connection: Connection): void {
    const timer = patientTimer(this.#context.clock, maxFirstMessageMs, () => {
      this.#firstMessageTimers.delete(connection);
      if (connection.isOpen && !connection.isJoined && !connection.interceptor)
        this.#context.expel(connection, firstMessageMissing());
    });
    this.#firstMessageTimers.set(connection, timer);
  }

  #firstMessageCame(connection: Connection): void {
    this.#firstMessageTimers.get(connection)?.cancel();
    this.#firstMessageTimers.delete(connection);
  }

  /** A parley.v1 client joins at its `hello`, which contains its role. */
  onJoin(connection: Connection): void {
    const { protocol } = connection.attachment;
    if (protocol === "parley-v1") return;
    this.#firstMessageCame(connection);
    this.#publish("joined", connection);
    if (protocol !== "live-api" && !isPhone(protocol)) this.#sendOpenApprovals(connection);
  }

  onLeave(connection: Connection, reason: string | undefined): void {
    this.#firstMessageCame(connection);
    if (connection.isJoined) this.#publish("left", connection, reason);
  }

  onRequest(connection: Connection, request: ClientRequest): boolean {
    if (request.type !== "hello") return false;
    if (request.opus?.length && !loadedOpus()) this.#loadOpus(connection, request);
    else this.#onHello(connection, request);
    return true;
  }

  /** Once in a process; the frames behind `hello` wait meanwhile, some milliseconds. */
  #loadOpus(connection: Connection, hello: Hello): void {
    void this.#context.object.blockConcurrencyWhile(async () => {
      await loadOpus();
      if (connection.isOpen)
        this.#context.contain(connection, () => this.#onHello(connection, hello));
    });
  }

  /** Closes the connections that have received a `ping` at least once and none for 150 s. */
  onAlarm(reason: AlarmReason): void {
    if (reason !== "liveness") return;
    const { connections } = this.#context;
    const now = Date.now();
    for (const connection of connections.open) {
      const lastPingAt = connections.lastPingAt(connection);
      if (lastPingAt === undefined || now - lastPingAt < maxSilenceMs) continue;
      this.#context.close(connection, 1001, "Nothing was heard from you.", true);
      this.#context.leave(connection);
    }
    this.#scheduleLivenessCheck();
  }

  /** @param muted by the participant itself or an operator; undefined: not muted. */
  setMuted(connection: Connection, muted: "self" | "operator" | undefined): void {
    const before = connection.attachment.muted;
    // The participant's own mute must not weaken an operator's.
    const after = muted && before === "operator" ? before : muted;
    if (before === after) return;
    connection.update({ muted: after });
    this.#publish(muted ? "muted" : "unmuted", connection);
  }

  /** The connections of one person: an operator's mute must not be dodged by another one. */
  sharingMute(connection: Connection): readonly Connection[] {
    const { person } = connection.attachment;
    const { open } = this.#context.connections;
    return open.filter(
      (each) => each === connection || (person !== undefined && each.attachment.person === person),
    );
  }

  /** Keeps an operator's mute for the person's later connections. */
  storeMute({ attachment: { person } }: Connection, muted: boolean): void {
    if (person === undefined) return;
    const others = this.#mutedPersons.filter((each) => each !== person);
    this.#context.kv.put(
      mutedPersonsKey,
      [...others, ...(muted ? [person] : [])].slice(-maxMutedPersons),
    );
  }

  get #mutedPersons(): readonly string[] {
    return this.#context.kv.get<string[]>(mutedPersonsKey) ?? [];
  }

  /** @param id of the participant with the floor; undefined: none. */
  setSpeaker(id: string | undefined): void {
    if (id === this.speaker) return;
    this.#publishChange("silent", this.speaker);
    this.speaker = id;
    this.#publishChange("speaking", id);
  }

  /** The participant's role has changed. */
  announceRole(connection: Connection): void {
    this.#publish("role", connection);
  }

  #onHello(connection: Connection, { after, role, opus }: Hello): void {
    const { attachment } = connection;
    if (attachment.protocol !== "parley-v1") return;
    const { granted, openedAt } = attachment;
    const isFirst = !attachment.joined;
    const isGranted = role === undefined || mayTakeRole(granted, role);
    const newRole = isGranted ? (role ?? attachment.role) : attachment.role;
    this.#firstMessageCame(connection);
    connection.update({
      role: newRole,
      joined: true,
      openedAt: undefined,
      opus: loadedOpus() && opus,
    });
    connection.resetSendQueue();
    const resumePoint = after === undefined ? undefined : parseResumePoint(after);
    this.#context.broadcaster.greet(connection, resumePoint, openedAt);
    if (isFirst) this.#publish("joined", connection);
    else if (newRole !== attachment.role) this.#publish("role", connection);
    if (!isGranted) this.#context.refuse(connection, roleNotGranted(granted));
    if (isFirst) this.#sendOpenApprovals(connection);
    if (isFirst || newRole !== attachment.role) this.#context.admitSpeaker(connection);
  }

  /** An operator that joins later must learn which calls wait for approval. */
  #sendOpenApprovals(connection: Connection): void {
    if (connection.role !== "operator") return;
    const { approvals, broadcaster, recorder } = this.#context;
    for (const body of approvals.pendingEvents)
      broadcaster.sendTo(connection, recorder.stamp(body));
  }

  /**
   * One alarm serves all connections, at the earliest due time. A parley.v1 client is expected to send `ping`; another
   * client may, which the check after its opening shows.
   */
  #scheduleLivenessCheck(opened?: Connection): void {
    const { connections, alarms } = this.#context;
    const now = Date.now();
    const due = connections.open.flatMap((connection) => {
      const lastPingAt = connections.lastPingAt(connection);
      const mayPing =
        lastPingAt !== undefined ||
        connection.attachment.protocol === "parley-v1" ||
        connection === opened;
      return mayPing ? [(lastPingAt ?? now) + maxSilenceMs] : [];
    });
    if (due.length > 0) alarms.set("liveness", Math.max(now, Math.min(...due)));
  }

  #publishChange(change: PresenceChange, id: string | undefined): void {
    const connection = id === undefined ? undefined : this.#context.connections.find(id);
    if (connection) this.#publish(change, connection);
  }

  #publish(change: PresenceChange, { participant }: Connection, reason?: string): void {
    this.#context.broadcaster.publishPresence({ change, participant, reason });
  }
}

/** Presence: publishes joins, leaves, roles, mutes and the speaker to parley.v1 clients; disconnects silent clients. */
import type { Caller } from "../access/address.ts";
import type { ClientError } from "../core/errors.ts";
import { isPhone } from "../protocols/attachment.ts";
import type { ClientRequest, ControlRequest } from "../core/client-request.ts";
import type { Timer } from "../core/clock.ts";
import { patientTimer } from "../core/lateness.ts";
import { writeFrame } from "../protocols/parley-v1/codec.ts";
import { sendNow } from "../protocols/send-queue.ts";
import { loadedOpus, loadOpus } from "../protocols/parley-v1/load-opus.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import {
  mayTakeRole,
  parseResumePoint,
  type PresenceChange,
  type Role,
} from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { firstMessageMissing, removedBefore, roleNotGranted, tooManyChanges } from "./errors.ts";
import type { Module } from "./module.ts";

type Hello = Extract<ControlRequest, { type: "hello" }>;

/**
 * A parley.v1 client of which nothing was heard for so long is asked whether it lives, and must answer in time. It sends
 * `ping` every 15 s by itself; a page in the background may do so once a minute, and answers at once when it is asked.
 */
const askAfterMs = 35_000;
const answerMs = 10_000;
/** No other protocol has a message that its clients answer: of one that sends `ping` nothing says how often it does. */
const maxSilenceMs = 150_000;

const mutedPersonsKey = "mutedPersons";
const maxMutedPersons = 500;

/** Persons, and when they may come back, in ms since the epoch; oldest first. */
type RemovedPersons = readonly (readonly [person: string, until: number])[];

const removedPersonsKey = "removedPersons";
const maxRemovedPersons = 500;
const exclusionMs = 3_600_000;

/** From the opening of a socket to `hello` or `setup`. A call has five seconds of its own (phone-calls.ts). */
const maxFirstMessageMs = 10_000;

export class Presence implements Module {
  readonly #context: ConversationContext;
  /** Of the clients that have sent no first message. */
  readonly #firstMessageTimers = new Map<Connection, Timer>();
  /** Of the clients that were asked whether they live. */
  readonly #answerTimers = new Map<Connection, Timer>();
  /** The id of the participant that the model hears; undefined: none. Changed by `setSpeaker`. */
  speaker: string | undefined;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  onOpen(connection: Connection): void {
    const { broadcaster } = this.#context;
    const { attachment } = connection;
    this.#restoreMute(connection);
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
    // A telephone call says only now whose stream it is.
    this.#restoreMute(connection);
    const { protocol } = connection.attachment;
    if (protocol === "parley-v1") return;
    this.#firstMessageCame(connection);
    this.#publish("joined", connection);
    if (protocol !== "live-api" && !isPhone(protocol)) this.#sendOpenApprovals(connection);
  }

  onLeave(connection: Connection, reason: string | undefined): void {
    this.#firstMessageCame(connection);
    this.#answerTimers.get(connection)?.cancel();
    this.#answerTimers.delete(connection);
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

  /** Asks silent clients of parley.v1 whether they live, and closes silent ones of other protocols that have sent `ping`. */
  onAlarm(reason: AlarmReason): void {
    if (reason !== "liveness") return;
    const now = Date.now();
    for (const connection of this.#context.connections.open) {
      const heardAt = this.#heardAt(connection);
      if (connection.attachment.protocol === "parley-v1") {
        if (connection.isJoined && now - heardAt >= askAfterMs) this.#askWhetherAlive(connection);
      } else if (heardAt > 0 && now - heardAt >= maxSilenceMs) this.#closeSilent(connection);
    }
    this.#scheduleLivenessCheck();
  }

  /** It starts no epoch: an object that has hibernated sends no `hello` for it. The runtime answers the client's `ping`. */
  #askWhetherAlive(connection: Connection): void {
    if (this.#answerTimers.has(connection)) return;
    const heardAt = this.#heardAt(connection);
    const timer = patientTimer(this.#context.clock, answerMs, () => {
      this.#answerTimers.delete(connection);
      if (connection.isOpen && this.#heardAt(connection) === heardAt) this.#closeSilent(connection);
    });
    this.#answerTimers.set(connection, timer);
    sendNow(connection.socket, writeFrame({ type: "probe", seq: this.#context.broadcaster.seq }));
  }

  #closeSilent(connection: Connection): void {
    this.#context.close(connection, 1001, "Nothing was heard from you.", true);
    this.#context.leave(connection);
  }

  /**
   * When the client sent `ping`, or a frame in this life of the object, in ms since the epoch; 0: neither. A client of
   * another protocol than parley.v1 counts from its first `ping` on.
   */
  #heardAt(connection: Connection): number {
    const pingAt = this.#context.connections.lastPingAt(connection) ?? 0;
    return pingAt > 0 || connection.attachment.protocol === "parley-v1"
      ? Math.max(pingAt, connection.rateLimit.lastFrameAt)
      : 0;
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

  /** The connections of one person: an operator's mute or `remove` must not be dodged by another one. */
  samePerson(connection: Connection): readonly Connection[] {
    const persons = personsOf(connection);
    return this.#context.connections.open.filter(
      (each) => each === connection || personsOf(each).some((person) => persons.includes(person)),
    );
  }

  /** Keeps an operator's mute for the person's later connections. */
  storeMute(connection: Connection, muted: boolean): void {
    const persons = personsOf(connection);
    if (persons.length === 0) return;
    const others = this.#mutedPersons.filter((each) => !persons.includes(each));
    this.#context.kv.put(
      mutedPersonsKey,
      [...others, ...(muted ? persons : [])].slice(-maxMutedPersons),
    );
  }

  /** A newer token may be another person's: an operator's mute of either holds for both. */
  keepMute(connection: Connection): void {
    if (connection.attachment.muted === "operator") this.storeMute(connection, true);
    else if (this.#isMuted(connection)) this.setMuted(connection, "operator");
  }

  #restoreMute(connection: Connection): void {
    if (this.#isMuted(connection)) connection.update({ muted: "operator" });
  }

  #isMuted({ attachment: { person, role } }: Connection): boolean {
    return person !== undefined && role !== "operator" && this.#mutedPersons.includes(person);
  }

  /** Keeps a person out that an operator has removed. */
  storeExclusion(connection: Connection): void {
    const persons = personsOf(connection);
    if (persons.length === 0) return;
    const now = this.#context.clock.now();
    const others = this.#removedPersons.filter(
      ([each, until]) => !persons.includes(each) && until > now,
    );
    const removed = persons.map((person) => [person, now + exclusionMs] as const);
    this.#context.kv.put(removedPersonsKey, [...others, ...removed].slice(-maxRemovedPersons));
  }

  /** Why a person that an operator has removed may not come back, read or change anything yet; an operator may at once. */
  exclusionError({ person, granted }: Caller): ClientError | undefined {
    if (person === undefined || granted === "operator") return undefined;
    const until = this.#removedPersons.find(([each]) => each === person)?.[1] ?? -Infinity;
    const leftMs = until - this.#context.clock.now();
    return leftMs > 0 ? removedBefore(Math.ceil(leftMs / 60_000)) : undefined;
  }

  get #removedPersons(): RemovedPersons {
    return this.#context.kv.get<RemovedPersons>(removedPersonsKey) ?? [];
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
  announceRole(connection: Connection, before: Role): void {
    this.#publish("role", connection);
    for (const module of this.#context.modules) module.onRole?.(connection, before);
  }

  #onHello(connection: Connection, { after, role, opus }: Hello): void {
    const { attachment } = connection;
    if (attachment.protocol !== "parley-v1") return;
    const { granted, openedAt } = attachment;
    const isFirst = !attachment.joined;
    const isGranted = role === undefined || mayTakeRole(granted, role);
    // All clients are told of a change, as of a change of the state.
    const isChange = isGranted && !isFirst && role !== undefined && role !== attachment.role;
    const waitMs = isChange ? this.#changeWaitMs(connection) : 0;
    if (waitMs > 0) this.#context.refuse(connection, tooManyChanges(waitMs));
    const newRole = isGranted && waitMs === 0 ? (role ?? attachment.role) : attachment.role;
    this.#firstMessageCame(connection);
    connection.update({
      role: newRole,
      joined: true,
      openedAt: undefined,
      opus: loadedOpus() && opus,
    });
    const resumePoint = after === undefined ? undefined : parseResumePoint(after);
    this.#context.broadcaster.greet(connection, resumePoint, openedAt);
    if (isFirst) this.#publish("joined", connection);
    else if (newRole !== attachment.role) this.announceRole(connection, attachment.role);
    if (!isGranted) this.#context.refuse(connection, roleNotGranted(granted));
    if (isFirst) this.#sendOpenApprovals(connection);
    if (isFirst || newRole !== attachment.role) this.#context.admitSpeaker(connection);
  }

  /** Takes a change from the person's allowance. @returns 0; else how long until there is one, in ms. */
  #changeWaitMs(connection: Connection): number {
    const now = this.#context.clock.now();
    return this.#context.allowances.of("stateChanges", connection.person, now).take(1, now);
  }

  /** An operator that joins later must learn which calls wait for approval. */
  #sendOpenApprovals(connection: Connection): void {
    if (connection.role !== "operator") return;
    const { approvals, broadcaster, recorder } = this.#context;
    for (const { body, expiresInMs } of approvals.pending)
      broadcaster.sendTo(connection, recorder.stamp(body), expiresInMs);
  }

  /**
   * One alarm serves all connections, at the earliest due time. A client of another protocol than parley.v1 may send `ping`,
   * which the check after its opening shows.
   */
  #scheduleLivenessCheck(opened?: Connection): void {
    const { connections, alarms } = this.#context;
    const now = Date.now();
    const due = connections.open.flatMap((connection) => {
      const heardAt = this.#heardAt(connection);
      if (connection.attachment.protocol !== "parley-v1")
        return heardAt > 0 || connection === opened ? [(heardAt || now) + maxSilenceMs] : [];
      // A client that is silent has just been asked, or is about to send its first frame.
      return [(now - heardAt >= askAfterMs ? now : heardAt) + askAfterMs];
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

/** Of all tokens that the connection has had. */
const personsOf = ({ attachment: { person, formerPersons = [] } }: Connection): readonly string[] =>
  person === undefined ? formerPersons : [...formerPersons, person];

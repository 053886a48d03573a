/** A conversation's stored data other than its event log: identity, session state, and its entry in the directory. */
import { callerKey, type Caller } from "../access/address.ts";
import { isNamedUser } from "../access/identity.ts";
import { finalState, numberTurns } from "../core/adk/imported-history.ts";
import type { SharedScope, StateDelta } from "../core/adk/session-state.ts";
import {
  listedState,
  type DirectoryRemote,
  type SessionSummary,
} from "../core/adk/session-summary.ts";
import { ToolError, clientError, type ClientError } from "../core/errors.ts";
import type { LimitValues } from "../core/policy/limits.ts";
import { admitConversation, directoryForScope } from "../directory.ts";
import type { AlarmReason, AlarmSchedule } from "../store/alarm-schedule.ts";
import type { EventLog } from "../store/event-log.ts";
import { DirectorySync, type SyncSource } from "../store/directory-sync.ts";
import { Outbox } from "../store/outbox.ts";
import { StoredState } from "../store/stored-state.ts";
import type { Event } from "../wire/adk.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";
import { tooManyConversations, tooManyNewConversations } from "./errors.ts";
import type { Module } from "./module.ts";

/** A conversation as ADK's session routes return it. */
export interface SessionDescription {
  /** All keys, shared ones included. */
  readonly state: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  readonly updated: number;
}

const notStored = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "The session was not made: it has an event or a state that cannot be stored. Nothing was kept; leave it out, or shorten it.",
  );

const createdKey = "born";
const nameKey = "name";

export class SessionStore implements Module, SyncSource {
  readonly #object: DurableObjectState;
  readonly #env: Pick<Env, "DIRECTORY">;
  readonly #log: EventLog;
  readonly #alarms: AlarmSchedule;
  readonly stored: StoredState;
  readonly outbox: Outbox;
  readonly #sync: DirectorySync;
  #loaded: Promise<void> | undefined;
  /** Whether a conversation that does not exist yet may begin. */
  #beginning: Promise<ClientError | undefined> | undefined;

  constructor(
    object: DurableObjectState,
    env: Pick<Env, "DIRECTORY">,
    log: EventLog,
    alarms: AlarmSchedule,
  ) {
    this.#object = object;
    this.#env = env;
    this.#log = log;
    this.#alarms = alarms;
    this.stored = new StoredState(object.storage);
    this.outbox = new Outbox(object.storage);
    this.#sync = new DirectorySync(this);
  }

  /** The conversation's identity, which a migration does not change. */
  get identity(): { app: string; user: string; session: string } {
    const name = this.#object.id.name ?? this.#object.storage.kv.get<string>(nameKey) ?? "[]";
    const [app = "", user = "", session = ""] = JSON.parse(name) as string[];
    return { app, user, session };
  }

  /** Whether a client that may speak has joined or created the conversation. */
  get exists(): boolean {
    return this.#createdAt !== undefined;
  }

  /** Listeners alone begin nothing: what their user has is not theirs to make. */
  onJoin({ role }: Connection): void {
    if (mayTakeRole(role, "speaker")) this.#begin();
    this.#loaded = this.#sync.load();
  }

  onSpeaker(): void {
    this.#begin();
  }

  onRecorded(): void {
    this.#begin();
    this.#sync.summaryChanged();
  }

  async onAlarm(reason: AlarmReason): Promise<void> {
    if (reason === "directory") await this.#sync.deliver();
  }

  /** Resolves when the shared keys are loaded, or after a second. */
  loaded(): Promise<void> {
    return (this.#loaded ??= this.#sync.load());
  }

  /** All keys; shared keys as of the last load. */
  get state(): Record<string, unknown> {
    return this.stored.entriesOf("app", "user", "session");
  }

  get(key: string): unknown {
    return this.stored.get(key);
  }

  /** @throws ToolError with a message for the client if the state is too large; nothing has changed then. */
  change(delta: StateDelta): void {
    this.stored.change(delta);
    for (const key of Object.keys(delta)) this.#sync.keyChanged(key);
  }

  tryChange(delta: StateDelta): ClientError | undefined {
    try {
      this.change(delta);
      return undefined;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      return clientError("STATE_FULL", error.message);
    }
  }

  /**
   * Why a client may not begin this conversation; undefined if it may, or if others have. Clients that come at
   * once count as one. A directory that does not answer keeps no conversation from beginning.
   */
  newConversationError(
    caller: Caller,
    limitsOf: Pick<LimitValues, "newConversations" | "conversations">,
  ): Promise<ClientError | undefined> {
    if (this.exists) return Promise.resolve(undefined);
    const begun = (this.#beginning ??= this.#askToBegin(caller, limitsOf));
    void begun.then((error) => error && (this.#beginning = undefined));
    return begun;
  }

  async #askToBegin(
    caller: Caller,
    { newConversations: perMinute, conversations }: Parameters<this["newConversationError"]>[1],
  ): Promise<ClientError | undefined> {
    const { user } = this.identity;
    const from = callerKey(caller);
    const isNamed = isNamedUser(user);
    if (from === undefined && !isNamed) return undefined;
    const key = from === undefined || !isNamed ? from : "user";
    const most = isNamed ? conversations : Infinity;
    try {
      const client = { key, perMinute };
      const outcome = await admitConversation(this.#env, this.identity, client, most);
      if (outcome === "full") return tooManyConversations(conversations);
      return outcome === 0 ? undefined : tooManyNewConversations(perMinute, outcome);
    } catch {
      return undefined;
    }
  }

  /**
   * Creates the conversation with a state and a history.
   * @returns false if it exists; then nothing has changed. An error if the state is too large, after which the caller must
   * delete all: what is in memory has changed.
   */
  create(state: StateDelta, history: readonly Event[]): boolean | ClientError {
    if (this.exists) return false;
    try {
      this.change(finalState(state, history));
      this.#begin();
      for (const { event, turn } of numberTurns(history)) this.#log.append(event, turn);
      return true;
    } catch (error) {
      return error instanceof ToolError ? clientError("STATE_FULL", error.message) : notStored();
    }
  }

  /** Time of the last recorded event or, without one, of the creation, in ms since the epoch. */
  get lastActivityAt(): number {
    return this.#log.summary().updated ?? this.#createdAt ?? 0;
  }

  /** The same, but not before the creation: imported events are older. */
  get keptSince(): number {
    return Math.max(this.lastActivityAt, this.#createdAt ?? 0);
  }

  /**
   * Removes the conversation from its user's list. @throws Error if the directory cannot be reached.
   * @param keepMs how long the state and the files of a user without conversations are kept; undefined: for ever.
   */
  async removeFromDirectory(keepMs: number | undefined): Promise<void> {
    const { identity } = this;
    await directoryForScope(this.#env, "user", identity).remove(identity.session, keepMs);
  }

  /** The conversation goes on though it was removed from its user's list. */
  addToDirectory(): void {
    this.#sync.summaryChanged();
  }

  /** The state that a migration sends: the conversation's own keys, and shared keys that the directory has not acknowledged. */
  get migratingState(): StateDelta {
    const own = this.sharesUserState ? (["session"] as const) : (["session", "user"] as const);
    return { ...this.stored.entriesOf(...own), ...this.#sync.undelivered };
  }

  /** Takes over a migrated conversation. @param state undefined if unchanged since an earlier part. */
  takeOver(state: StateDelta | undefined): void {
    if (state) {
      const removed = Object.keys(this.stored.entriesOf("session")).filter(
        (key) => !(key in state),
      );
      const delta = { ...Object.fromEntries(removed.map((key) => [key, null])), ...state };
      this.stored.takeOver(delta);
      for (const key of Object.keys(delta)) this.#sync.keyChanged(key);
    }
    this.#begin();
    this.#sync.summaryChanged();
  }

  /** Delivers to the directory before the response: the client's next request may list its conversations. */
  async delivered<T>(result: T): Promise<T> {
    await this.#sync.deliver();
    return result;
  }

  /** Call it at the end of an invocation. */
  dropTemporaryKeys(): void {
    this.stored.dropTemporary();
  }

  /** Loads the shared keys from the directory first. @returns undefined if the conversation does not exist. */
  async describe(): Promise<SessionDescription | undefined> {
    if (!this.exists) return undefined;
    await this.#sync.load();
    return { state: this.state, updated: this.lastActivityAt };
  }

  /** Deletes all data of the object, and drops the updates that the directory has not acknowledged. */
  async deleteAll(): Promise<void> {
    const { storage } = this.#object;
    this.#sync.reset();
    this.stored.reset();
    this.#loaded = undefined;
    this.#beginning = undefined;
    this.#log.reset();
    // The alarm is deleted too (since compatibility date 2026-02-24).
    await storage.deleteAll();
  }

  /** Resolves when no delivery is in progress. */
  settled(): Promise<void> {
    return this.#sync.settled();
  }

  /** For the directory sync. */
  remote(scope: SharedScope): DirectoryRemote {
    return directoryForScope(this.#env, scope, this.identity);
  }

  /** For the directory sync. */
  get sharesUserState(): boolean {
    return isNamedUser(this.identity.user);
  }

  /** For the directory sync: schedules `onAlarm("directory")` by alarm. @param at in ms since the epoch. */
  scheduleSync(at: number): void {
    this.#alarms.set("directory", at);
  }

  /** The conversation's entry in its user's list. */
  summary(): SessionSummary {
    const { app, session } = this.identity;
    const { updated, agent, title, turns } = this.#log.summary();
    const created = this.#createdAt ?? Date.now();
    const state = listedState(this.stored.entriesOf("session"));
    return {
      session,
      created,
      updated: updated ?? created,
      agent: agent ?? app,
      title,
      turns,
      state,
    };
  }

  /** A conversation may exist by its events alone: of an older version, or recorded before a speaker joined. */
  #begin(): void {
    const { id, storage } = this.#object;
    if (storage.kv.get(nameKey) !== undefined) return;
    storage.kv.put(createdKey, this.#createdAt ?? Date.now());
    // The runtime may omit `id.name` when an alarm wakes the object.
    storage.kv.put(nameKey, id.name);
    this.#sync.summaryChanged();
  }

  /** Older versions stored no time of creation: the first event's replaces it. */
  get #createdAt(): number | undefined {
    return this.#object.storage.kv.get<number>(createdKey) ?? this.#log.rows(0, 1)[0]?.at_ms;
  }
}

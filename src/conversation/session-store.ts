/** What a conversation keeps beside its log: who it is, its state, and its place in the directory. */
import { directoryForScope } from "../directory.ts";
import { listedState, type SessionSummary } from "../core/adk/session-summary.ts";
import { finalState, numberTurns } from "../core/adk/imported-history.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import type { Event } from "../wire/adk.ts";
import type { EventLog } from "../store/event-log.ts";
import { Outbox } from "../store/outbox.ts";
import { StoredState } from "../store/stored-state.ts";
import type { AlarmSchedule } from "../store/alarm-schedule.ts";
import { Filing } from "./directory-sync.ts";

type Where = Pick<Env, "DIRECTORY">;

/** As ADK's session routes tell it. */
export interface Description {
  /** Everything that is kept, shared keys included. */
  readonly state: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  readonly updated: number;
}

export class Dossier {
  readonly #ctx: DurableObjectState;
  readonly #env: Where;
  readonly #log: EventLog;
  readonly #state: StoredState;
  readonly #filing: Filing;
  #loaded: Promise<void> | undefined;

  constructor(ctx: DurableObjectState, env: Where, log: EventLog, wakeups: AlarmSchedule) {
    this.#ctx = ctx;
    this.#env = env;
    this.#log = log;
    this.#state = new StoredState(ctx.storage);
    this.#filing = new Filing({
      remote: (scope) => directoryForScope(env, scope, this.identity),
      state: this.#state,
      owed: new Outbox(ctx.storage),
      entry: () => this.#entry(),
      wakeAt: (ms) => wakeups.set("directory", ms),
      now: () => Date.now(),
    });
  }

  /** Whether anybody ever came here, or made it. */
  get exists(): boolean {
    return this.#born() !== undefined;
  }

  /** Somebody is here: it exists from now on. */
  begin(): void {
    if (this.exists) return;
    this.#ctx.storage.kv.put(bornName, Date.now());
    // An alarm may come to an object that does not know its name.
    this.#ctx.storage.kv.put(nameName, this.#ctx.id.name);
    this.#filing.touched();
  }

  /** Somebody joined: what other conversations shared meanwhile is fetched, and nobody waits. */
  enter(): void {
    this.begin();
    this.#loaded = this.#filing.load();
  }

  /** What others shared is here, or a second has passed. */
  loaded(): Promise<void> {
    return (this.#loaded ??= this.#filing.load());
  }

  /** Everything that is kept, as it is known here. */
  get state(): Record<string, unknown> {
    return this.#state.entriesOf("app", "user", "session");
  }

  get(key: string): unknown {
    return this.#state.get(key);
  }

  /** @throws Error in words when it cannot be kept; then nothing has changed. */
  change(delta: StateDelta): void {
    this.#state.change(delta);
    for (const key of Object.keys(delta)) this.#filing.changed(key);
  }

  /** The same, with words for whoever asked. */
  tryChange(delta: StateDelta): ClientError | undefined {
    try {
      this.change(delta);
      return undefined;
    } catch (error) {
      return clientError("STATE_FULL", error instanceof Error ? error.message : "Too much state.");
    }
  }

  /**
   * Makes it, with a state and a past.
   * @returns false when it exists, a problem when the state is too much; then nothing has changed.
   */
  create(state: StateDelta, past: readonly Event[]): boolean | ClientError {
    if (this.exists) return false;
    const full = this.tryChange(finalState(state, past));
    if (full) return full;
    this.begin();
    for (const { event, turn } of numberTurns(past)) this.#log.append(event, turn);
    return true;
  }

  /** When something was last said, or it began, in ms. */
  get lastWord(): number {
    return this.#log.summary().updated ?? this.#born() ?? 0;
  }

  /** Takes it from the list of its user's conversations. @throws Error when the directory cannot be reached. */
  async unlist(): Promise<void> {
    const identity = this.identity;
    await directoryForScope(this.#env, "user", identity).remove(identity.session);
  }

  /** What another object must know of the state: the session's own, and what the directory was not told yet. */
  get estate(): StateDelta {
    return { ...this.#state.entriesOf("session"), ...this.#filing.owed };
  }

  /** It was another object until now. @param estate that object's; undefined: as it was told before. */
  inherit(estate: StateDelta | undefined): void {
    if (estate) {
      const gone = Object.keys(this.#state.entriesOf("session")).filter((key) => !(key in estate));
      this.change({ ...Object.fromEntries(gone.map((key) => [key, null])), ...estate });
    }
    this.begin();
    this.touched();
  }

  /** Something was kept in the log. */
  touched(): void {
    this.#filing.touched();
  }

  /** Something was done by a request, whose next may be for the list: it is told before the answer. */
  async told<T>(done: T): Promise<T> {
    await this.#filing.deliver();
    return done;
  }

  /** The alarm. */
  deliver(): Promise<void> {
    return this.#filing.deliver();
  }

  /** The run is over. */
  rest(): void {
    this.#state.dropTemporary();
  }

  /** With what others share as it is now. */
  async describe(): Promise<Description | undefined> {
    if (!this.exists) return undefined;
    await this.#filing.load();
    return {
      state: this.#state.entriesOf("app", "user", "session"),
      updated: this.#log.summary().updated ?? this.#born() ?? 0,
    };
  }

  /** Everything that is kept is gone, and what is owed is dropped. */
  async forget(): Promise<void> {
    const { storage } = this.#ctx;
    this.#filing.forget();
    this.#state.reset();
    this.#loaded = undefined;
    this.#log.reset();
    // The alarm goes with it (since compatibility date 2026-02-24).
    await storage.deleteAll();
  }

  /** Resolves when nothing is on its way to the directory any more. */
  settled(): Promise<void> {
    return this.#filing.settled();
  }

  /** Objects of an older version have no birthday: it is their first event's. */
  #born(): number | undefined {
    return this.#ctx.storage.kv.get<number>(bornName) ?? this.#log.rows(0, 1)[0]?.at_ms;
  }

  /** Who it is; an object that moved is who it was. */
  get identity(): { app: string; user: string; session: string } {
    const name = this.#ctx.id.name ?? this.#ctx.storage.kv.get<string>(nameName) ?? "[]";
    const [app = "", user = "", session = ""] = JSON.parse(name) as string[];
    return { app, user, session };
  }

  #entry(): SessionSummary {
    const { app, session } = this.identity;
    const { updated, agent, title, turns } = this.#log.summary();
    const created = this.#born() ?? Date.now();
    const state = listedState(this.#state.entriesOf("session"));
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
}

const bornName = "born";
const nameName = "name";

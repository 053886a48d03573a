/**
 * Keeps the directory in step with the conversation, off the audio path.
 *
 *     keyChanged, summaryChanged ──► outbox ──► alarm ──► deliver ──► acknowledged: removed from the outbox
 *                                                 ▲          │
 *                                                 └── retry ─┴ not acknowledged: stays in the outbox
 *
 * The outbox is stored, so it survives a restart; delivering twice is harmless. If two conversations write the same
 * key, the last to reach the directory wins.
 */
import {
  isSharedScope,
  scopeOf,
  type SharedScope,
  type StateDelta,
} from "../core/adk/session-state.ts";
import type {
  DirectoryRemote,
  DirectoryUpdate,
  SessionSummary,
} from "../core/adk/session-summary.ts";
import { withTimeout } from "../with-timeout.ts";
import type { Outbox } from "./outbox.ts";
import type { StoredState } from "./stored-state.ts";

/** The part of a conversation that the sync reads. */
export interface SyncSource {
  readonly stored: StoredState;
  readonly outbox: Outbox;
  /** The conversation's entry as it is now. */
  summary(): SessionSummary;
  remote(scope: SharedScope): DirectoryRemote;
  /** Whether the conversation's user has others. Of a client without a name, `user:` keys are this conversation's alone. */
  readonly sharesUserState: boolean;
  /** Schedules a call of `deliver`, even if the object hibernates. @param at in ms since the epoch. */
  scheduleSync(at: number): void;
}

/** Changes within this time are delivered together. */
const batchMs = 1000;
const loadTimeoutMs = 1000;
const deliverTimeoutMs = 10_000;
const firstRetryMs = 5000;
const noAnswer = "The directory does not answer.";
const maxRetryMs = 10 * 60_000;

/** The outbox's name for the conversation's entry; other names are state keys. */
const summaryName = "entry";

export class DirectorySync {
  readonly #source: SyncSource;
  /** Due time of `deliver`, in ms since the epoch; undefined after a restart, even if an alarm is set. */
  #dueAt: number | undefined;
  #failures = 0;
  #loading: Promise<void> | undefined;
  #delivering: Promise<void> = Promise.resolve();
  /** Counts deletions of the storage: a response to a request from before the last one must be ignored. */
  #generation = 0;

  constructor(source: SyncSource) {
    this.#source = source;
  }

  summaryChanged(): void {
    this.#enqueue(summaryName, batchMs);
  }

  keyChanged(key: string): void {
    const scope = scopeOf(key);
    if (scope === "session") this.summaryChanged();
    if (isSharedScope(scope) && this.#isShared(scope)) this.#enqueue(key, 0);
  }

  /**
   * Loads the shared keys. Never rejects, and resolves after a second at the latest: the copy then stays unchanged until
   * the response arrives.
   */
  load(): Promise<void> {
    this.#loading ??= this.#loadAll().finally(() => (this.#loading = undefined));
    return withTimeout(this.#loading, loadTimeoutMs, noAnswer).catch(() => undefined);
  }

  /** Delivers the outbox. Never rejects: unacknowledged updates are retried with growing pauses. */
  deliver(): Promise<void> {
    this.#dueAt = undefined;
    this.#delivering = this.#delivering.then(() => this.#deliver());
    return this.#delivering;
  }

  settled(): Promise<void> {
    return this.#delivering;
  }

  /** Shared keys that the directory has not acknowledged. */
  get undelivered(): StateDelta {
    const { outbox, stored } = this.#source;
    const keys = [...outbox.snapshot().keys()].filter((key) => isSharedScope(scopeOf(key)));
    return Object.fromEntries(keys.map((key) => [key, stored.get(key) ?? null]));
  }

  /** Call it together with `storage.deleteAll()`. */
  reset(): void {
    this.#source.outbox.reset();
    this.#dueAt = undefined;
    this.#failures = 0;
    this.#generation++;
  }

  #enqueue(name: string, inMs: number): void {
    this.#source.outbox.add(name);
    const at = Date.now() + inMs;
    // While deliveries fail, a new update waits for the same retry.
    if (this.#dueAt !== undefined && (this.#dueAt <= at || this.#failures > 0)) return;
    this.#schedule(at);
  }

  #schedule(at: number): void {
    this.#dueAt = at;
    this.#source.scheduleSync(at);
  }

  async #loadAll(): Promise<void> {
    const scopes = (["user", "app"] as const).filter((scope) => this.#isShared(scope));
    await Promise.all(scopes.map((scope) => this.#loadScope(scope)));
  }

  #isShared(scope: SharedScope): boolean {
    return scope === "app" || this.#source.sharesUserState;
  }

  async #loadScope(scope: SharedScope): Promise<void> {
    const { stored, outbox } = this.#source;
    const generation = this.#generation;
    try {
      const shared = await this.#source.remote(scope).state();
      if (generation !== this.#generation) return;
      stored.syncShared(scope, shared, new Set(outbox.snapshot().keys()));
    } catch {
      // The directory cannot be reached: the copy stays unchanged.
    }
  }

  async #deliver(): Promise<void> {
    const pending = this.#source.outbox.snapshot();
    if (pending.size === 0) return;
    try {
      const entry = pending.has(summaryName) && { entry: this.#source.summary() };
      await Promise.all([
        send(this.#source.remote("user"), { ...entry, ...this.#stateOf("user", pending) }),
        send(this.#source.remote("app"), this.#stateOf("app", pending)),
      ]);
      this.#source.outbox.acknowledge(pending);
      this.#failures = 0;
    } catch {
      this.#failures++;
    }
    if (this.#source.outbox.snapshot().size > 0) this.#retry();
  }

  #retry(): void {
    const pause = Math.min(maxRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    this.#schedule(Date.now() + (this.#failures > 0 ? pause : batchMs));
  }

  #stateOf(scope: SharedScope, pending: ReadonlyMap<string, number>): DirectoryUpdate {
    const keys = [...pending.keys()].filter((key) => scopeOf(key) === scope);
    if (keys.length === 0) return {};
    return {
      created: this.#source.summary().created,
      state: Object.fromEntries(keys.map((key) => [key, this.#source.stored.get(key) ?? null])),
    };
  }
}

async function send(remote: DirectoryRemote, update: DirectoryUpdate): Promise<void> {
  if (update.entry ?? update.state)
    await withTimeout(remote.note(update), deliverTimeoutMs, noAnswer);
}

/**
 * What a conversation and the directory tell each other, off the audio path.
 *
 *     changed, touched ──► owed ──► alarm ──► deliver ──► acknowledged: settled
 *                                     ▲          │
 *                                     └── later ─┴ not acknowledged: still owed
 *
 * What is owed lives in the conversation's storage, so it outlives a restart; telling twice is harmless.
 * Of two conversations that write the same key, the last to reach the directory wins.
 */
import type {
  SessionSummary,
  DirectoryRemote,
  DirectoryUpdate,
} from "../core/adk/session-summary.ts";
import {
  isSharedScope,
  scopeOf,
  type StateDelta,
  type SharedScope,
} from "../core/adk/session-state.ts";
import type { Outbox } from "../store/outbox.ts";
import type { StoredState } from "../store/stored-state.ts";

export interface Surroundings {
  readonly remote: (scope: SharedScope) => DirectoryRemote;
  readonly state: StoredState;
  readonly owed: Outbox;
  /** How this conversation is listed now. */
  entry(): SessionSummary;
  /** Sees to it that `deliver` is called at that time, in ms, even if the object sleeps. */
  wakeAt(ms: number): void;
  now(): number;
}

/** Events of one moment are told together. */
const gatherMs = 1000;
const loadMs = 1000;
const deliverMs = 10_000;
const firstRetryMs = 5000;
const longestRetryMs = 10 * 60_000;

const entryName = "entry";

export class Filing {
  readonly #around: Surroundings;
  /** When `deliver` is due, as far as this life of the object knows. */
  #due: number | undefined;
  #failures = 0;
  #loading: Promise<void> | undefined;
  #delivering: Promise<void> = Promise.resolve();
  /** Counts the times the storage was emptied: what was asked before is not taken afterwards. */
  #life = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Something was said or done: the list of conversations must show it. */
  touched(): void {
    this.#owe(entryName, gatherMs);
  }

  /** A key was set. */
  changed(key: string): void {
    const scope = scopeOf(key);
    if (scope === "session") this.touched();
    if (isSharedScope(scope)) this.#owe(key, 0);
  }

  /**
   * Fetches what other conversations have shared. Never rejects, and takes a second at most: then the
   * copy stays as it was, and is brought up to date when the answer comes.
   */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return inTime(this.#loading, loadMs).catch(() => undefined);
  }

  /** Tells what is owed. Never rejects: what is not acknowledged is told again, later and later. */
  deliver(): Promise<void> {
    this.#due = undefined;
    this.#delivering = this.#delivering.then(() => this.#deliver());
    return this.#delivering;
  }

  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#delivering;
  }

  /** What shall be shared, and has not reached the directory. */
  get owed(): StateDelta {
    const { owed, state } = this.#around;
    const keys = [...owed.snapshot().keys()].filter((key) => isSharedScope(scopeOf(key)));
    return Object.fromEntries(keys.map((key) => [key, state.get(key) ?? null]));
  }

  /** After the object's storage was emptied: nothing is owed. */
  forget(): void {
    this.#around.owed.reset();
    this.#due = undefined;
    this.#failures = 0;
    this.#life++;
  }

  #owe(name: string, inMs: number): void {
    this.#around.owed.add(name);
    this.#wake(inMs);
  }

  /** While the directory fails, a new debt waits with the old ones. */
  #wake(inMs: number): void {
    const at = this.#around.now() + inMs;
    if (this.#due !== undefined && (this.#due <= at || this.#failures > 0)) return;
    this.#due = at;
    this.#around.wakeAt(at);
  }

  async #load(): Promise<void> {
    await Promise.all([this.#adopt("user"), this.#adopt("app")]);
  }

  async #adopt(scope: SharedScope): Promise<void> {
    const { remote, state, owed } = this.#around;
    const life = this.#life;
    try {
      const shared = await remote(scope).state();
      if (life === this.#life) state.syncShared(scope, shared, new Set(owed.snapshot().keys()));
    } catch {
      // The directory cannot be reached: the copy is what there is.
    }
  }

  async #deliver(): Promise<void> {
    const told = this.#around.owed.snapshot();
    if (told.size === 0) return;
    try {
      const { remote } = this.#around;
      const entry = told.has(entryName) && { entry: this.#around.entry() };
      await Promise.all([
        tell(remote("user"), { ...entry, ...this.#stateOf("user", told) }),
        tell(remote("app"), this.#stateOf("app", told)),
      ]);
      this.#around.owed.acknowledge(told);
      this.#failures = 0;
    } catch {
      this.#failures++;
    }
    if (this.#around.owed.snapshot().size > 0) this.#again();
  }

  #again(): void {
    const retry = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    this.#due = this.#around.now() + (this.#failures > 0 ? retry : gatherMs);
    this.#around.wakeAt(this.#due);
  }

  #stateOf(scope: SharedScope, owed: ReadonlyMap<string, number>): DirectoryUpdate {
    const keys = [...owed.keys()].filter((key) => scopeOf(key) === scope);
    if (keys.length === 0) return {};
    return {
      state: Object.fromEntries(keys.map((key) => [key, this.#around.state.get(key) ?? null])),
    };
  }
}

async function tell(remote: DirectoryRemote, note: DirectoryUpdate): Promise<void> {
  if (note.entry ?? note.state) await inTime(remote.note(note), deliverMs);
}

/** @throws Error when the directory does not answer in time. */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The directory does not answer.")), ms);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

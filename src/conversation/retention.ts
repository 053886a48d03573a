/** Retention: ends a conversation after a time without events and deletes it after a longer one, by alarm. */
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { ConversationContext } from "./context.ts";
import type { Module } from "./module.ts";

/** `end`: the server closes all connections; `retention`: it deletes all data. */
type Timeout = "end" | "retention";

/** In ms after the last event; undefined: never. */
export type Timeouts = Readonly<Record<Timeout, number | undefined>>;

export class Retention implements Module {
  readonly #context: ConversationContext;
  #timeouts: Timeouts | undefined;
  /** The alarms that this instance has set. One that fires before the end of its timeout is set again for the rest. */
  readonly #scheduled = new Set<Timeout>();

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  onJoin(): void {
    this.#scheduleAll();
  }

  onRecorded(): void {
    this.#scheduleAll();
  }

  async onAlarm(reason: AlarmReason): Promise<void> {
    const { sessionStore, connections } = this.#context;
    const { lastActivityAt } = sessionStore;
    if (reason === "end" && this.#isOver("end", lastActivityAt))
      this.#context.end(1000, "Nothing was said for long. The conversation is kept.");
    if (reason !== "retention") return;
    // A conversation with open connections must not be deleted.
    const since = connections.open.length > 0 ? Date.now() : lastActivityAt;
    if (!this.#isOver("retention", since)) return;
    await sessionStore.removeFromDirectory(this.#of("retention"));
    await this.#context.delete();
  }

  /** The alarms were deleted with the storage. */
  onReset(): void {
    this.#scheduled.clear();
  }

  #scheduleAll(): void {
    const now = Date.now();
    for (const timeout of ["end", "retention"] as const) this.#schedule(timeout, now);
  }

  /** Sets the alarm again if the timeout has not passed. @param since in ms since the epoch. */
  #isOver(timeout: Timeout, since: number): boolean {
    const ms = this.#of(timeout);
    this.#scheduled.delete(timeout);
    if (ms === undefined) return false;
    if (Date.now() >= since + ms) return true;
    this.#schedule(timeout, since);
    return false;
  }

  #schedule(timeout: Timeout, since: number): void {
    const ms = this.#of(timeout);
    if (ms === undefined || this.#scheduled.has(timeout)) return;
    this.#scheduled.add(timeout);
    this.#context.alarms.set(timeout, since + ms);
  }

  #of(timeout: Timeout): number | undefined {
    return (this.#timeouts ??= this.#context.platform.config().timeouts)[timeout];
  }
}

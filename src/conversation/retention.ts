/**
 * Retention: ends a conversation after a time without events, or when it has gone on for too long, and deletes it after a
 * longer time without events, by alarm.
 */
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { isPhone } from "../protocols/attachment.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Module } from "./module.ts";

/** `end`: the server closes all connections; `retention`: it deletes all data. */
type Timeout = "end" | "retention";

/** In ms; undefined: never. */
export interface Timeouts {
  /** After the last event. */
  readonly end: number | undefined;
  /** After the last event. */
  readonly retention: number | undefined;
  /** Since clients are connected without a pause. */
  readonly length?: number | undefined;
}

/** Since when clients are connected, in ms since the epoch. */
const connectedKey = "connected since";
/** Clients are told so long before a conversation that goes on for too long ends. */
const warningMs = 60_000;

export class Retention implements Module {
  readonly #context: ConversationContext;
  #timeouts: Timeouts | undefined;
  /** The alarms that this instance has set. One that fires before the end of its timeout is set again for the rest. */
  readonly #scheduled = new Set<Timeout>();

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  onJoin(connection: Connection): void {
    const { connections, kv } = this.#context;
    const { length } = this.#all;
    if (length !== undefined && !connections.hasOthers(connection)) {
      const now = Date.now();
      kv.put(connectedKey, now);
      this.#context.alarms.set("length", now + Math.max(0, length - warningMs));
    }
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
    if (reason === "length") this.#checkLength(Date.now());
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

  /** Warns the clients, or ends the conversation. */
  #checkLength(now: number): void {
    const { alarms, connections, kv } = this.#context;
    const { length = Infinity } = this.#all;
    const due = (kv.get<number>(connectedKey) ?? now) + length;
    if (due === Infinity || connections.open.length === 0) return;
    if (now < due - warningMs) return alarms.set("length", due - warningMs);
    if (now >= due) return this.#context.end(1000, tooLong(length));
    for (const connection of connections.joined) this.#warn(connection, due - now);
    alarms.set("length", due);
  }

  /** In the form of the client's protocol. A caller is not told: there is no message for it. */
  #warn(connection: Connection, endsInMs: number): void {
    const { broadcaster, recorder } = this.#context;
    const { protocol } = connection.attachment;
    if (protocol === "live-api")
      connection.push(
        formatLiveMessage({ goAway: { timeLeft: `${Math.floor(endsInMs / 1000)}s` } }),
      );
    else if (!isPhone(protocol))
      broadcaster.sendTo(
        connection,
        recorder.stamp({ author: "parley", customMetadata: { ending: { endsInMs } } }),
      );
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
    return this.#all[timeout];
  }

  get #all(): Timeouts {
    return (this.#timeouts ??= this.#context.platform.config().timeouts);
  }
}

const tooLong = (ms: number): string =>
  `The conversation has gone on for ${Math.round(ms / 60_000)} minutes, as long as one may. It is kept; connect again to go on.`;

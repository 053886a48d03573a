/**
 * Retention: ends a conversation after a time without events, or when it has gone on for too long, and deletes it after a
 * longer time without events, by alarm.
 */
import { endsTurn } from "../core/adk/event.ts";
import type { Timer } from "../core/clock.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { isPhone } from "../protocols/attachment.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import type { Event } from "../wire/adk.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Module } from "./module.ts";
import type { Requests } from "./requests.ts";

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
/** A turn may take so long to end before the agent tells a caller. */
const turnTimeoutMs = 20_000;
/** For the model of a caller. */
const spokenWarning =
  "[This call ends in less than a minute: it has gone on for as long as one may. Tell the caller so in one sentence, and that they may call again. Call no tool.]";

export class Retention implements Module {
  readonly #context: ConversationContext;
  readonly #requests: Requests;
  #timeouts: Timeouts | undefined;
  /** The alarms that this instance has set. One that fires before the end of its timeout is set again for the rest. */
  readonly #scheduled = new Set<Timeout>();
  /** The agent is to tell it, after its turn, that the conversation ends. */
  #caller: Connection | undefined;
  #warningTimer: Timer | undefined;

  constructor(context: ConversationContext, requests: Requests) {
    this.#context = context;
    this.#requests = requests;
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

  onEvent(event: Event): void {
    if (!this.#caller || !endsTurn(event)) return;
    // The event is to be recorded first.
    this.#context.clock.after(0, () => this.#warnCaller());
  }

  onRecorded(): void {
    this.#scheduleAll();
  }

  async onAlarm(reason: AlarmReason): Promise<void> {
    const { sessionStore } = this.#context;
    if (reason === "end" && this.#isOver("end", sessionStore.keptSince))
      this.#context.end(1000, "Nothing was said for long. The conversation is kept.");
    if (reason === "length") this.#checkLength(Date.now());
    if (reason !== "retention" || !this.#mayDelete) return;
    await sessionStore.removeFromDirectory(this.#of("retention"));
    // A client may have come meanwhile.
    if (this.#mayDelete) await this.#context.delete();
    else sessionStore.addToDirectory();
  }

  /** A conversation with open connections must not be deleted. */
  get #mayDelete(): boolean {
    const { sessionStore, connections } = this.#context;
    const since = connections.open.length > 0 ? Date.now() : sessionStore.keptSince;
    return this.#isOver("retention", since);
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

  /** In the form of the client's protocol. A caller hears it from the agent: there is no message for it. */
  #warn(connection: Connection, endsInMs: number): void {
    const { broadcaster, recorder } = this.#context;
    const { protocol } = connection.attachment;
    if (protocol === "live-api")
      connection.push(
        formatLiveMessage({ goAway: { timeLeft: `${Math.floor(endsInMs / 1000)}s` } }),
      );
    else if (isPhone(protocol)) this.#warnAfterTurn(connection);
    else
      broadcaster.sendTo(
        connection,
        recorder.stamp({ author: "parley", customMetadata: { ending: { endsInMs } } }),
      );
  }

  /** The agent must not interrupt itself. */
  #warnAfterTurn(caller: Connection): void {
    const { turn, clock } = this.#context;
    this.#caller = caller;
    this.#warningTimer?.cancel();
    this.#warningTimer = clock.after(turn.open ? turnTimeoutMs : 0, () => this.#warnCaller());
  }

  #warnCaller(): void {
    const caller = this.#caller;
    this.#caller = undefined;
    this.#warningTimer?.cancel();
    if (caller?.isOpen) this.#requests.handle(caller, { type: "text", text: spokenWarning });
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

/** Multiplexes a Durable Object's single alarm: stores a time for each reason and sets the alarm to the earliest. */
import type { KvStorage } from "./kv.ts";
import { logFailure } from "../operator-log.ts";

/**
 * Of a conversation. `session`: keep an upstream session alive; `directory`: deliver the outbox; `end`, `retention`: end
 * and delete an idle conversation; `length`: end one that goes on for too long; `token`: warn and close connections whose token expires or was revoked; `liveness`:
 * close those of silent clients; `budget`: count the minutes of a budget, and report spending to the directory; `call`:
 * forget a telephone call whose media stream has not come. Of a directory. `deletion`: go on with the deletion of the
 * user; `unused`: delete the state and the files of a user without conversations; `ephemeral`: drop the names of expired
 * ephemeral tokens; `accounts`: forget spending whose time is over; `allowances`: forget those that are full.
 */
export type AlarmReason =
  | "session"
  | "directory"
  | "end"
  | "length"
  | "retention"
  | "token"
  | "liveness"
  | "budget"
  | "call"
  | "deletion"
  | "unused"
  | "ephemeral"
  | "accounts"
  | "allowances";

/** A reason whose work failed is due again after this time. */
const retryMs = 60_000;

type AlarmTimes = Partial<Record<AlarmReason, number>>;
const key = "wake-ups";
/** The name of `token` in the storage of older versions. */
const formerReason = "ticket";

type StoredTimes = AlarmTimes & { readonly [formerReason]?: number };

interface AlarmStorage extends KvStorage {
  setAlarm(at: number): Promise<void>;
}

export class AlarmSchedule {
  readonly #storage: AlarmStorage;

  constructor(storage: AlarmStorage) {
    this.#storage = storage;
  }

  /** Replaces the reason's time. @param at in ms since the epoch. */
  set(reason: AlarmReason, at: number): void {
    this.#save({ ...this.#times(), [reason]: at });
  }

  /**
   * Handles the reasons that are due, one after the other. One that fails is due again in a minute, and holds up no other.
   * @param now in ms since the epoch.
   */
  async handleDue(now: number, handle: (reason: AlarmReason) => Promise<void>): Promise<void> {
    for (const reason of this.takeDue(now))
      try {
        await handle(reason);
      } catch (error) {
        logFailure(
          `the work of the alarm "${reason}" failed, and is tried again in a minute`,
          error,
        );
        this.set(reason, now + retryMs);
      }
  }

  /**
   * Removes and returns the reasons that are due. The earliest is due even before its time: the runtime may fire an
   * alarm early.
   */
  takeDue(now: number): AlarmReason[] {
    const times = Object.entries(this.#times()) as [AlarmReason, number][];
    const until = Math.max(now, Math.min(...times.map(([, at]) => at)));
    const due = times.filter(([, at]) => at <= until).map(([reason]) => reason);
    this.#save(Object.fromEntries(times.filter(([reason]) => !due.includes(reason))));
    return due;
  }

  #times(): AlarmTimes {
    const stored = this.#storage.kv.get(key) as StoredTimes | undefined;
    const { [formerReason]: former, ...times } = stored ?? {};
    return former === undefined ? times : { token: former, ...times };
  }

  #save(times: AlarmTimes): void {
    this.#storage.kv.put(key, times);
    const next = Math.min(...Object.values(times));
    if (Number.isFinite(next)) void this.#storage.setAlarm(next);
  }
}

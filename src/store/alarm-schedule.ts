/** When the object must be awake, and why: an object has one alarm, which is the earliest of them. */

/** Keeping a session on; bringing the directory what it is owed; ending what nobody goes on with, and deleting it; tickets. */
export type AlarmReason = "session" | "directory" | "end" | "retention" | "ticket" | "liveness";

type AlarmTimes = Partial<Record<AlarmReason, number>>;
const key = "wake-ups";

export class AlarmSchedule {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** @param at in ms since the epoch; a reason has one time, the newest set. */
  set(reason: AlarmReason, at: number): void {
    this.#save({ ...this.#times(), [reason]: at });
  }

  /** What an alarm was for, however early it comes; the rest stays set. */
  takeDue(now: number): AlarmReason[] {
    const times = Object.entries(this.#times()) as [AlarmReason, number][];
    const until = Math.max(now, Math.min(...times.map(([, at]) => at)));
    const due = times.filter(([, at]) => at <= until).map(([reason]) => reason);
    this.#save(Object.fromEntries(times.filter(([reason]) => !due.includes(reason))));
    return due;
  }

  #times(): AlarmTimes {
    return this.#storage.kv.get<AlarmTimes>(key) ?? {};
  }

  #save(times: AlarmTimes): void {
    this.#storage.kv.put(key, times);
    const next = Math.min(...Object.values(times));
    if (Number.isFinite(next)) void this.#storage.setAlarm(next);
  }
}

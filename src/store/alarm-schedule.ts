/** When the object must be awake, and why: an object has one alarm, which is the earliest of them. */

/** Keeping a session on; bringing the directory what it is owed; ending what nobody goes on with, and deleting it; tickets. */
export type Reason = "session" | "directory" | "end" | "retention" | "ticket";

type Times = Partial<Record<Reason, number>>;
const key = "wake-ups";

export class Wakeups {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** @param at in ms since the epoch; a reason has one time, the newest set. */
  set(reason: Reason, at: number): void {
    this.#keep({ ...this.#times(), [reason]: at });
  }

  /** What an alarm was for, however early it comes; the rest stays set. */
  due(now: number): Reason[] {
    const times = Object.entries(this.#times()) as [Reason, number][];
    const until = Math.max(now, Math.min(...times.map(([, at]) => at)));
    const due = times.filter(([, at]) => at <= until).map(([reason]) => reason);
    this.#keep(Object.fromEntries(times.filter(([reason]) => !due.includes(reason))));
    return due;
  }

  #times(): Times {
    return this.#storage.kv.get<Times>(key) ?? {};
  }

  #keep(times: Times): void {
    this.#storage.kv.put(key, times);
    const next = Math.min(...Object.values(times));
    if (Number.isFinite(next)) void this.#storage.setAlarm(next);
  }
}

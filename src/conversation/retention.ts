/** How long a conversation goes on without a word, and how long it is kept after the last one; by alarm. */
import type { AlarmSchedule } from "../store/alarm-schedule.ts";

/** "end": everybody is sent home; "retention": everything is deleted. */
export type Bound = "end" | "retention";

/** In ms after the last word; undefined: for ever. */
export type Bounds = Readonly<Record<Bound, number | undefined>>;

export class Lifetime {
  readonly #wakeups: Pick<AlarmSchedule, "set">;
  readonly #read: () => Bounds;
  #bounds: Bounds | undefined;
  /** Set once in each life of the object: an alarm that comes too early is set again for what is left. */
  readonly #set = new Set<Bound>();

  constructor(wakeups: Pick<AlarmSchedule, "set">, bounds: () => Bounds) {
    this.#wakeups = wakeups;
    this.#read = bounds;
  }

  /** Somebody came, or said something. @param now in ms. */
  stirred(now: number): void {
    for (const bound of ["end", "retention"] as const) this.#wake(bound, now);
  }

  /**
   * An alarm came for it.
   * @param last when something was last said, in ms.
   * @returns whether it is time; if not yet, the alarm is set again.
   */
  isOver(bound: Bound, last: number, now: number): boolean {
    const ms = this.#of(bound);
    this.#set.delete(bound);
    if (ms === undefined) return false;
    if (now >= last + ms) return true;
    this.#wake(bound, last);
    return false;
  }

  /** Everything was forgotten, alarms too. */
  forget(): void {
    this.#set.clear();
  }

  #of(bound: Bound): number | undefined {
    return (this.#bounds ??= this.#read())[bound];
  }

  #wake(bound: Bound, from: number): void {
    const ms = this.#of(bound);
    if (ms === undefined || this.#set.has(bound)) return;
    this.#set.add(bound);
    this.#wakeups.set(bound, from + ms);
  }
}

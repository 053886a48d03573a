/**
 * How late the object is with its work. Frames of clients wait meanwhile: that time must not count against the clients.
 *
 *     timer due ├──────── late ────────┤ timer rings, or a frame is processed before it
 *
 * One timer measures it while frames pass. It does not run at rest: it would keep the object from hibernating. The
 * fields are read at every audio frame.
 */
import type { Clock, Timer } from "./clock.ts";

/** How often the timer rings, in ms: lateness is measured to within this time. */
export const tickMs = 500;
/** A timer that rings less late than this, in ms, is on time: on a machine at rest too timers ring some ms late. */
export const onTimeMs = 50;
/** The most that may count as waiting for the object, in ms. */
export const maxBacklogMs = 60_000;

export class Lateness {
  readonly clock: Clock;
  readonly #onTick: (lateMs: number) => boolean;
  /** When the timer is due, by the clock; Infinity at rest. */
  dueAt = Infinity;
  /** The sum of all times by which the timer rang late, in ms. */
  lateMs = 0;
  /** Of it, what came so recently that frames may still wait, in ms: it falls by 1 ms for each ms on time. */
  backlogMs = 0;
  /** Set with each frame: the timer goes on. */
  isUsed = false;

  /**
   * @param onTick is told by how much the timer rang late, in ms. It returns whether the timer must go on though no frame
   * came.
   */
  constructor(clock: Clock, onTick: (lateMs: number) => boolean) {
    this.clock = clock;
    this.#onTick = onTick;
  }

  /** By how much the timer is late at this moment, in ms. */
  get pendingMs(): number {
    return Math.max(0, this.clock.now() - this.dueAt);
  }

  /** The sum of all lateness until now, in ms. */
  get totalMs(): number {
    return this.lateMs + this.pendingMs;
  }

  /** Starts measuring, unless that is under way. */
  start(): void {
    if (this.dueAt < Infinity) return;
    this.backlogMs = 0;
    this.#arm();
  }

  #arm(): void {
    this.dueAt = this.clock.now() + tickMs;
    this.clock.after(tickMs, () => this.#ring());
  }

  #ring(): void {
    const lateMs = this.pendingMs;
    this.lateMs += lateMs;
    this.backlogMs = Math.min(maxBacklogMs, Math.max(0, this.backlogMs - tickMs) + lateMs);
    // At rest first: a step of `onTick` may start it again.
    this.dueAt = Infinity;
    // Frames that waited may be processed after the timer.
    const goesOn = this.#onTick(lateMs) || this.isUsed || this.backlogMs >= onTimeMs;
    this.isUsed = false;
    if (goesOn && this.dueAt === Infinity) this.#arm();
  }
}

/**
 * A timer for what another side must do in time. If it rings late, that side's frame may wait behind it: the timer rings
 * again after as long as it was late, at most `ms`.
 */
export function patientTimer(clock: Clock, ms: number, then: () => void): Timer {
  const dueAt = clock.now() + ms;
  let timer = clock.after(ms, () => {
    const lateMs = clock.now() - dueAt;
    if (lateMs < tickMs) then();
    else timer = clock.after(Math.min(lateMs, Math.max(ms, tickMs)), then);
  });
  return { cancel: () => timer.cancel() };
}

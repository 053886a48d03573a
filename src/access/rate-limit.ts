/** Limits what one client may send: the size of a frame, the number of frames per second, and amounts that refill. */
import { clientError, rateLimited, type ClientError } from "../core/errors.ts";
import { limits, weightOfArtifactChange } from "../core/policy/limits.ts";

export const maxFrameBytes = limits.frameBytes.value;
const maxFramesPerSecond = limits.frames.value;
/** The bucket's capacity: after a pause a client may send this many frames at once. */
const burstFrames = maxFramesPerSecond * limits.frames.burstS;
const tokensPerMs = maxFramesPerSecond / 1000;
/** The weight of answers to one client at once, in bytes: a few of the largest, `hello` with the events so far. */
const burstAnswerBytes = limits.answers.value * limits.answers.burstS;
const answerBytesPerMs = limits.answers.value / 1000;

/** `warn`: drop the frame and send the client an error. */
export type RateDecision = "pass" | "drop" | "warn";

/** The rate limit of one client: a token bucket. It changes in place, because it is written to at every frame. */
export class RateLimit {
  /** As of `#updatedAt`. */
  #tokens = burstFrames;
  /** In ms since the epoch. */
  #updatedAt = 0;
  /** The weight that is left for answers, in bytes, as of `#updatedAt`; below 0 nothing is taken. */
  #answerBytes = burstAnswerBytes;
  /** The object's lateness that was credited or is over, in ms. */
  #seenLateMs = 0;
  /** The time of the client's last warning, in ms. */
  #warnedAt = -Infinity;

  /** When the last frame came, in ms since the epoch; 0 before the first in this life of the object. */
  get lastFrameAt(): number {
    return this.#updatedAt;
  }

  /**
   * Takes the cost of one frame from the bucket. ADK's own page sends 125 binary frames of 8 ms a second, so audio of
   * 10 ms or less costs half a token. A large frame costs a token for every 10 KiB, which limits a client to about
   * 1 MiB a second. Charge no frame that `checkFrameSize` rejects. If the bucket holds too little the frame is dropped,
   * with a warning once a second.
   * @param totalLateMs the sum of the object's lateness until now.
   * @param backlogMs of it, the time whose frames may still wait for the object.
   */
  take(
    frame: string | ArrayBuffer,
    now: number,
    totalLateMs = 0,
    backlogMs = totalLateMs,
  ): RateDecision {
    // The clock may go back.
    const lateMs = Math.max(0, Math.min(totalLateMs - this.#seenLateMs, backlogMs));
    this.#refill(now, lateMs);
    this.#seenLateMs = totalLateMs;
    const cost = costOf(frame);
    if (this.#tokens >= cost && this.#answerBytes >= 0) {
      this.#tokens -= cost;
      return "pass";
    }
    if (now - this.#warnedAt < 1000) return "drop";
    this.#warnedAt = now;
    return "warn";
  }

  /** A request costs what its answer weighs. @param bytes that were sent to this client alone. */
  chargeAnswer(bytes: number): void {
    this.#answerBytes -= bytes;
  }

  /**
   * Frames that waited for the object come at once: their tokens come on top of the capacity, and go again in as much time.
   * @param lateMs of the time since the last refill.
   */
  #refill(now: number, lateMs: number): void {
    // The clock may go back.
    const passedMs = Math.max(0, now - this.#updatedAt);
    const onTime = Math.max(0, passedMs - lateMs) * tokensPerMs;
    const answerBytes = this.#answerBytes + passedMs * answerBytesPerMs;
    this.#answerBytes = Math.min(burstAnswerBytes, answerBytes);
    const excess = Math.max(0, this.#tokens - burstFrames);
    const tokens = Math.min(burstFrames, this.#tokens - excess + onTime);
    this.#tokens = tokens + Math.max(0, excess - onTime) + lateMs * tokensPerMs;
    this.#updatedAt = now;
  }
}

function costOf(frame: string | ArrayBuffer): number {
  if (typeof frame === "string") return Math.max(1, frame.length / bytesPerToken);
  const least = frame.byteLength <= shortAudioBytes ? 0.5 : 1;
  return Math.max(least, frame.byteLength / bytesPerToken);
}

const bytesPerToken = 10 * 1024;

/** 10 ms at 16 kHz. */
const shortAudioBytes = 320;

/** Rejects a frame of more than 1 MiB. */
export function checkFrameSize(frame: string | ArrayBuffer): ClientError | undefined {
  const bytes = frameBytes(frame);
  return bytes > maxFrameBytes
    ? clientError(
        "FRAME_TOO_BIG",
        `The frame was ignored: it has ${bytes} bytes, and at most ${maxFrameBytes} are taken. The conversation goes on.`,
      )
    : undefined;
}

/** In bytes; approximate for a short text. */
export const frameBytes = (frame: string | ArrayBuffer): number =>
  typeof frame === "string" ? utf8Length(frame) : frame.byteLength;

/** Exact only near the limit: a UTF-16 unit takes at most three bytes. */
const utf8Length = (text: string): number =>
  text.length * 3 <= maxFrameBytes ? text.length : new TextEncoder().encode(text).byteLength;

export const tooManyFrames = (): ClientError =>
  clientError(
    "TOO_MANY_FRAMES",
    `Frames were dropped: more than ${maxFramesPerSecond} came in a second. Send audio in pieces of 20 to 100 ms. The conversation goes on.`,
  );

/**
 * An amount that refills: a token bucket, stored as the time at which it is full again. Of audio the amounts are in ms,
 * of messages a number.
 */
export class Allowance {
  readonly #perMs: number;
  readonly #burstMs: number;
  /** In ms since the epoch. */
  #fullAt = 0;
  /** In ms since the epoch. */
  #askedAt = 0;

  /**
   * @param perMs the amount that refills in a ms.
   * @param burstMs the time in which it refills from nothing.
   * @param fullAt as it was stored.
   */
  constructor(perMs: number, burstMs: number, fullAt = 0) {
    this.#perMs = perMs;
    this.#burstMs = burstMs;
    this.#fullAt = fullAt;
  }

  /**
   * Takes an amount, if there is as much.
   * @param backlogMs the time in which an object that was late has let amounts wait: so much more may be taken at once.
   * @returns 0; else how long until there is, in ms, and nothing is taken.
   */
  take(amount: number, now: number, backlogMs = 0): number {
    const waitMs = this.waitMs(amount, now, backlogMs);
    if (waitMs === 0) this.#fullAt = this.#fullAtOf(amount, now, backlogMs);
    return waitMs;
  }

  /**
   * Takes an amount that may be larger than what is left, or than it ever holds: the part of it above 1 is owed, and nothing
   * may be taken until it is paid off. @returns as `take`.
   */
  takeOrOwe(amount: number, now: number): number {
    const first = Math.min(1, amount);
    const waitMs = this.overdrawnMs(now) + this.take(first, now);
    if (waitMs === 0) this.charge(amount - first, now);
    return waitMs;
  }

  /** How long until there is an amount, in ms. More than it holds never passes. */
  waitMs(amount: number, now: number, backlogMs = 0): number {
    return Math.max(0, this.#fullAtOf(amount, now, backlogMs) - now - this.#burstMs - backlogMs);
  }

  /** Takes an amount that is known only once it is used: it may go below 0. */
  charge(amount: number, now: number): void {
    this.#follow(now);
    this.#fullAt = Math.max(this.#fullAt, now) + amount / this.#perMs;
  }

  /** How long until it is back at 0, in ms. */
  overdrawnMs(now: number): number {
    this.#follow(now);
    return Math.max(0, this.#fullAt - now - this.#burstMs);
  }

  /** The clock may go back, and the time at which it is full goes with it. */
  #fullAtOf(amount: number, now: number, backlogMs: number): number {
    this.#follow(now);
    const latest = now + this.#burstMs + backlogMs;
    return Math.min(Math.max(this.#fullAt, now), latest) + amount / this.#perMs;
  }

  #follow(now: number): void {
    this.#fullAt -= Math.max(0, this.#askedAt - now);
    this.#askedAt = now;
  }

  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }

  /** When it is full again, in ms since the epoch; what is stored of it. */
  get fullAt(): number {
    return this.#fullAt;
  }
}

/** Keys of allowances that are not full, and when they are, in ms since the epoch. */
export type StoredAllowance = readonly (readonly [string, number])[];

/** So many are stored, those that are full last. */
const maxStored = 200;

/** How many allowances are kept before those that are full again are dropped. */
const sweepSize = 1_000;

/** The allowances of several clients, by a key such as the person: a client that connects again finds its own. */
export class Allowances {
  readonly #burstMs: number;
  readonly #all = new Map<string, Allowance>();
  /** When stored ones are full, until they are asked for. */
  readonly #stored: Map<string, number>;
  #sweepAt = sweepSize;

  /** @param burstMs the time in which one refills from nothing. @param stored those that were not full. */
  constructor(burstMs: number, stored: StoredAllowance = []) {
    this.#burstMs = burstMs;
    this.#stored = new Map(stored);
  }

  /** @param perMs the amount that refills in a ms, of a new one. */
  of(key: string, perMs: number, now: number): Allowance {
    const found = this.#all.get(key);
    if (found) return found;
    if (this.#all.size >= this.#sweepAt) this.#sweep(now);
    const created = new Allowance(perMs, this.#burstMs, this.#stored.get(key));
    this.#stored.delete(key);
    this.#all.set(key, created);
    return created;
  }

  /** What is to be stored, for an object that may leave the memory before they are full. */
  notFull(now: number): StoredAllowance {
    const all = [
      ...this.#stored,
      ...this.#all.entries().map(([key, { fullAt }]) => [key, fullAt] as const),
    ];
    return all
      .filter(([, fullAt]) => fullAt > now)
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, maxStored);
  }

  /** A full one is the same as a new one. */
  #sweep(now: number): void {
    for (const [key, allowance] of this.#all) if (allowance.isFull(now)) this.#all.delete(key);
    this.#sweepAt = Math.max(sweepSize, 2 * this.#all.size);
  }
}

/** What persons have read of a history, by a key. Its weight is known only when it was read. */
export class HistoryReaders {
  readonly #allowances = new Allowances(limits.history.burstS * 1_000);

  /** @param key undefined: it is not counted. @returns the error if too much was read. */
  error(key: string | undefined, now: number): ClientError | undefined {
    const overdrawnMs = key === undefined ? 0 : this.#of(key, now).overdrawnMs(now);
    return overdrawnMs === 0
      ? undefined
      : rateLimited(
          "Too much of this history was read by one client. It is kept as it is, and open connections go on; ask again",
          overdrawnMs,
        );
  }

  charge(key: string | undefined, bytes: number, now: number): void {
    if (key !== undefined) this.#of(key, now).charge(bytes, now);
  }

  #of(key: string, now: number): Allowance {
    return this.#allowances.of(key, limits.history.value / 1_000, now);
  }
}

/** What persons save and delete of the artifacts of a conversation, or of a user, by a key. */
export class ArtifactChanges {
  readonly #allowances = new Allowances(limits.artifactChanges.burstS * 1_000);

  /** Counts a change of so many bytes. @param key undefined: it is not counted. @returns the error if there are too many. */
  error(key: string | undefined, bytes: number, now: number): ClientError | undefined {
    if (key === undefined) return undefined;
    const allowance = this.#allowances.of(key, limits.artifactChanges.value / 1_000, now);
    const waitMs = allowance.take(weightOfArtifactChange(bytes), now);
    return waitMs === 0
      ? undefined
      : rateLimited(
          "Nothing was changed: this client saves or deletes artifacts too often, or too much at once. Stored ones are kept; send it again",
          waitMs,
        );
  }
}

/**
 * Floor control: the model hears one microphone at a time.
 *
 * Two microphones mixed frame by frame would be noise. The first loud participant takes the floor and keeps it until
 * quiet for a while; then the next loud one takes it.
 */

/** `tell`: dropped, and the participant must now be told. */
export type FloorVerdict = "pass" | "drop" | "tell";

/** Quieter than this (RMS, 0 to 1; −40 dBFS) is not speech. */
const speechThreshold = 0.01;
/** How long the holder keeps the floor after the last loud frame, in ms. */
export const floorHoldMs = 800;

/** It changes in place, because each microphone frame passes it. */
export class FloorControl {
  #holder: string | undefined;
  /** When the holder was last loud, in ms. */
  #lastLoudAt = 0;
  /** Participants that were already told that another one is speaking. */
  readonly #notified = new Set<string>();

  /** The participant whose audio is forwarded. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** @param participant id of the frame's sender. @param loudness RMS, 0 to 1. @param now in ms. */
  hear(participant: string, loudness: number, now: number): FloorVerdict {
    const loud = loudness >= speechThreshold;
    if (this.#holder === participant) {
      if (loud) this.#lastLoudAt = now;
      return "pass";
    }
    if (this.#holder === undefined) return this.#grant(participant, loud ? now : now - floorHoldMs);
    if (!loud) return "drop";
    if (now - this.#lastLoudAt >= floorHoldMs) return this.#grant(participant, now);
    if (this.#notified.has(participant)) return "drop";
    this.#notified.add(participant);
    return "tell";
  }

  /** Whether a participant may end or mark the stream that the model hears: others would cut the holder off. */
  mayControlStream(participant: string): boolean {
    return this.#holder === undefined || this.#holder === participant;
  }

  /** A participant left: its floor is free. @returns whether it held the floor. */
  release(participant: string): boolean {
    if (this.#holder !== participant) return false;
    this.#holder = undefined;
    this.#lastLoudAt = 0;
    this.#notified.clear();
    return true;
  }

  /** The holder has stopped: the next loud participant takes the floor. */
  yield(participant: string): void {
    if (this.#holder === participant) this.#lastLoudAt = -Infinity;
  }

  /** The participant that the model hears, while it speaks. @param now in ms. */
  speaker(now: number): string | undefined {
    return now - this.#lastLoudAt < floorHoldMs ? this.#holder : undefined;
  }

  #grant(participant: string, loudAt: number): FloorVerdict {
    this.#holder = participant;
    this.#lastLoudAt = loudAt;
    this.#notified.clear();
    return "pass";
  }
}

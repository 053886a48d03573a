/**
 * One audio source at a time: who has the floor, and whose audio is dropped.
 *
 * The model hears one stream; two microphones mixed frame by frame would be noise to it. The first
 * to be loud takes the floor and keeps it until quiet for a while; then the next loud one takes it.
 */

export interface FloorState {
  /** The participant whose audio is forwarded. */
  readonly holder: string | undefined;
  /** When the lead was last loud, in ms. */
  readonly lastLoudAt: number;
  /** Who was already told that somebody else is speaking. */
  readonly notified: readonly string[];
}

/** `tell`: dropped, and this is the moment to say so. */
export type FloorVerdict = "pass" | "drop" | "tell";

/** Quieter than this (RMS, 0 to 1; −40 dBFS) is not speech. */
export const speechThreshold = 0.01;
/** The lead keeps the floor for this long after their last loud frame. */
export const floorHoldMs = 800;

export const emptyFloor: FloorState = { holder: undefined, lastLoudAt: 0, notified: [] };

/** Judges one audio frame of `who`, with its loudness, at `now` ms. */
export function onAudio(
  floor: FloorState,
  who: string,
  loudness: number,
  now: number,
): readonly [FloorState, FloorVerdict] {
  const loud = loudness >= speechThreshold;
  if (floor.holder === undefined) return [grantFloor(who, loud ? now : now - floorHoldMs), "pass"];
  if (floor.holder === who) return [loud ? { ...floor, lastLoudAt: now } : floor, "pass"];
  if (!loud) return [floor, "drop"];
  if (now - floor.lastLoudAt >= floorHoldMs) return [grantFloor(who, now), "pass"];
  if (floor.notified.includes(who)) return [floor, "drop"];
  return [{ ...floor, notified: [...floor.notified, who] }, "tell"];
}

/** Whether `who` may end or mark the stream that the model hears: others would cut the lead off. */
export const mayControlStream = (floor: FloorState, who: string): boolean =>
  floor.holder === undefined || floor.holder === who;

/** A participant left: the floor they had is free. */
export const releaseFloor = (floor: FloorState, who: string): FloorState =>
  floor.holder === who ? emptyFloor : floor;

/** Whoever is heard, while they speak. */
export const currentSpeaker = (
  { holder, lastLoudAt }: FloorState,
  now: number,
): string | undefined => (now - lastLoudAt < floorHoldMs ? holder : undefined);

/** Whoever has the floor has stopped: it is anybody's. */
export const yieldFloor = (floor: FloorState, who: string): FloorState =>
  floor.holder === who ? { ...floor, lastLoudAt: -Infinity } : floor;

const grantFloor = (who: string, loudAt: number): FloorState => ({
  holder: who,
  lastLoudAt: loudAt,
  notified: [],
});

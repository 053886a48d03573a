/**
 * One audio source at a time: who has the floor, and whose audio is dropped.
 *
 * The model hears one stream; two microphones mixed frame by frame would be noise to it. The first
 * to be loud takes the floor and keeps it until quiet for a while; then the next loud one takes it.
 */

export interface Floor {
  /** The participant whose audio is forwarded. */
  readonly lead: string | undefined;
  /** When the lead was last loud, in ms. */
  readonly loudAt: number;
  /** Who was already told that somebody else is speaking. */
  readonly told: readonly string[];
}

/** `tell`: dropped, and this is the moment to say so. */
export type Verdict = "pass" | "drop" | "tell";

/** Quieter than this (RMS, 0 to 1; −40 dBFS) is not speech. */
export const loudEnough = 0.01;
/** The lead keeps the floor for this long after their last loud frame. */
export const holdMs = 800;

export const emptyFloor: Floor = { lead: undefined, loudAt: 0, told: [] };

/** Judges one audio frame of `who`, with its loudness, at `now` ms. */
export function hear(
  floor: Floor,
  who: string,
  loudness: number,
  now: number,
): readonly [Floor, Verdict] {
  const loud = loudness >= loudEnough;
  if (floor.lead === undefined) return [lead(who, loud ? now : now - holdMs), "pass"];
  if (floor.lead === who) return [loud ? { ...floor, loudAt: now } : floor, "pass"];
  if (!loud) return [floor, "drop"];
  if (now - floor.loudAt >= holdMs) return [lead(who, now), "pass"];
  if (floor.told.includes(who)) return [floor, "drop"];
  return [{ ...floor, told: [...floor.told, who] }, "tell"];
}

/** Whether `who` may end or mark the stream that the model hears: others would cut the lead off. */
export const mayMark = (floor: Floor, who: string): boolean =>
  floor.lead === undefined || floor.lead === who;

/** A participant left: the floor they had is free. */
export const leave = (floor: Floor, who: string): Floor =>
  floor.lead === who ? emptyFloor : floor;

/** Whoever is heard, while they speak. */
export const speaker = ({ lead, loudAt }: Floor, now: number): string | undefined =>
  now - loudAt < holdMs ? lead : undefined;

/** Whoever has the floor has stopped: it is anybody's. */
export const hush = (floor: Floor, who: string): Floor =>
  floor.lead === who ? { ...floor, loudAt: -Infinity } : floor;

const lead = (who: string, loudAt: number): Floor => ({ lead: who, loudAt, told: [] });

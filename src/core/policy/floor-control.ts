/**
 * Floor control: the model hears one microphone at a time.
 *
 * Two microphones mixed frame by frame would be noise. The first loud participant takes the floor and keeps it until
 * quiet for a while; then the next loud one takes it.
 */

export interface FloorState {
  /** The participant whose audio is forwarded. */
  readonly holder: string | undefined;
  /** When the holder was last loud, in ms. */
  readonly lastLoudAt: number;
  /** Participants that were already told that another one is speaking. */
  readonly notified: readonly string[];
}

/** `tell`: dropped, and the participant must now be told. */
export type FloorVerdict = "pass" | "drop" | "tell";

/** Quieter than this (RMS, 0 to 1; −40 dBFS) is not speech. */
const speechThreshold = 0.01;
/** How long the holder keeps the floor after the last loud frame, in ms. */
export const floorHoldMs = 800;

export const emptyFloor: FloorState = { holder: undefined, lastLoudAt: 0, notified: [] };

/** @param participant id of the frame's sender. @param loudness RMS, 0 to 1. @param now in ms. */
export function onAudio(
  floor: FloorState,
  participant: string,
  loudness: number,
  now: number,
): readonly [FloorState, FloorVerdict] {
  const loud = loudness >= speechThreshold;
  if (floor.holder === undefined)
    return [grantFloor(participant, loud ? now : now - floorHoldMs), "pass"];
  if (floor.holder === participant) return [loud ? { ...floor, lastLoudAt: now } : floor, "pass"];
  if (!loud) return [floor, "drop"];
  if (now - floor.lastLoudAt >= floorHoldMs) return [grantFloor(participant, now), "pass"];
  if (floor.notified.includes(participant)) return [floor, "drop"];
  return [{ ...floor, notified: [...floor.notified, participant] }, "tell"];
}

/** Whether a participant may end or mark the stream that the model hears: others would cut the holder off. */
export const mayControlStream = (floor: FloorState, participant: string): boolean =>
  floor.holder === undefined || floor.holder === participant;

/** A participant left: its floor is free. */
export const releaseFloor = (floor: FloorState, participant: string): FloorState =>
  floor.holder === participant ? emptyFloor : floor;

/** The participant that the model hears, while it speaks. */
export const currentSpeaker = (
  { holder, lastLoudAt }: FloorState,
  now: number,
): string | undefined => (now - lastLoudAt < floorHoldMs ? holder : undefined);

/** The holder has stopped: the next loud participant takes the floor. */
export const yieldFloor = (floor: FloorState, participant: string): FloorState =>
  floor.holder === participant ? { ...floor, lastLoudAt: -Infinity } : floor;

const grantFloor = (participant: string, loudAt: number): FloorState => ({
  holder: participant,
  lastLoudAt: loudAt,
  notified: [],
});

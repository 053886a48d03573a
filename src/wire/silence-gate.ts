/**
 * The silence gate: what a microphone hears while nobody speaks does not travel. The page keeps it from the wire, and
 * the relay from the model, by the same rule: so it lives where both can reach it.
 *
 *             loud                          quiet for a while
 *     closed ──────► open, speaking ◄─────► open, quiet
 *        ▲   pre-roll                 loud     │
 *        └──────── audioStreamEnd ─────────────┘ quiet for 1 s and heard, or for 3 s
 *
 * Loud is above a floor that follows the room. Time is the sound's own: no clock is read.
 */

export interface GateState<T> {
  readonly open: boolean;
  readonly speaking: boolean;
  /** The room's own loudness (RMS, 0 to 1). */
  readonly noiseFloor: number;
  readonly quietMs: number;
  /** The newest of what was not let through. */
  readonly waiting: readonly AudioChunk<T>[];
}

/** A piece of sound, and what carries it. */
export interface AudioChunk<T> {
  readonly payload: T;
  /** RMS, 0 to 1. */
  readonly loudness: number;
  readonly ms: number;
}

export interface GateOutput<T> {
  readonly passed: readonly T[];
  /** The stream is to be ended for the model. */
  readonly streamEnds: boolean;
}

export const closedGate = { open: false, speaking: false, noiseFloor: 0, quietMs: 0, waiting: [] };

/** How much is let through from before the first loud piece: the beginning of a word is soft. */
const preRollMs = 500;
/** A pause between words is not the end of speech. */
const pauseMs = 500;
const closeMs = 1_000;
/** The model needs the silence after the last word, to hear that it was the last. */
const maxSilenceMs = 3_000;
/** −50 and −26 dBFS: below the one nothing is speech, above the other everything may be. */
const [leastLoud, mostLoud] = [0.003, 0.05];
/** How fast the floor rises in a room that grows louder, per second; it falls at once. */
const risePerSecond = 0.25;

/**
 * Judges a piece of sound.
 * @param heard whether the model has heard the end of what was said before.
 */
export function gateAudio<T>(
  gate: GateState<T>,
  piece: AudioChunk<T>,
  heard: boolean,
): readonly [GateState<T>, GateOutput<T>] {
  const floor = followNoiseFloor(gate.noiseFloor, piece);
  const loud = piece.loudness > Math.min(mostLoud, Math.max(leastLoud, floor * 3));
  if (loud) return passThrough({ ...gate, noiseFloor: floor, quietMs: 0, speaking: true }, piece);
  const quietMs = gate.quietMs + piece.ms;
  const speaking = gate.speaking && quietMs < pauseMs;
  const quiet = { ...gate, noiseFloor: floor, quietMs, speaking };
  if (!gate.open) return [holdBack(quiet, piece), { passed: [], streamEnds: false }];
  if (quietMs >= maxSilenceMs || (heard && quietMs >= closeMs))
    return [holdBack({ ...quiet, open: false }, piece), { passed: [], streamEnds: true }];
  return passThrough(quiet, piece);
}

const passThrough = <T>(
  gate: GateState<T>,
  piece: AudioChunk<T>,
): readonly [GateState<T>, GateOutput<T>] => [
  { ...gate, open: true, waiting: [] },
  { passed: [...gate.waiting, piece].map(({ payload }) => payload), streamEnds: false },
];

function holdBack<T>(gate: GateState<T>, piece: AudioChunk<T>): GateState<T> {
  const waiting = [...gate.waiting, piece];
  let ms = waiting.reduce((sum, each) => sum + each.ms, 0);
  while (ms > preRollMs) ms -= waiting.shift()?.ms ?? ms;
  return { ...gate, waiting };
}

const followNoiseFloor = (floor: number, { loudness, ms }: AudioChunk<unknown>): number =>
  Math.min(loudness, Math.max(floor, leastLoud / 3) * (1 + risePerSecond) ** (ms / 1000));

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

export interface Gate<T> {
  readonly open: boolean;
  readonly speaking: boolean;
  /** The room's own loudness (RMS, 0 to 1). */
  readonly floor: number;
  readonly quietMs: number;
  /** The newest of what was not let through. */
  readonly waiting: readonly Piece<T>[];
}

/** A piece of sound, and what carries it. */
export interface Piece<T> {
  readonly carried: T;
  /** RMS, 0 to 1. */
  readonly loudness: number;
  readonly ms: number;
}

export interface Passage<T> {
  readonly pass: readonly T[];
  /** The stream is to be ended for the model. */
  readonly ends: boolean;
}

export const closedGate = { open: false, speaking: false, floor: 0, quietMs: 0, waiting: [] };

/** How much is let through from before the first loud piece: the beginning of a word is soft. */
const preRollMs = 500;
/** A pause between words is not the end of speech. */
const pauseMs = 500;
const closeMs = 1_000;
/** The model needs the silence after the last word, to hear that it was the last. */
const patienceMs = 3_000;
/** −50 and −26 dBFS: below the one nothing is speech, above the other everything may be. */
const [leastLoud, mostLoud] = [0.003, 0.05];
/** How fast the floor rises in a room that grows louder, per second; it falls at once. */
const risePerSecond = 0.25;

/**
 * Judges a piece of sound.
 * @param heard whether the model has heard the end of what was said before.
 */
export function judge<T>(
  gate: Gate<T>,
  piece: Piece<T>,
  heard: boolean,
): readonly [Gate<T>, Passage<T>] {
  const floor = followed(gate.floor, piece);
  const loud = piece.loudness > Math.min(mostLoud, Math.max(leastLoud, floor * 3));
  if (loud) return through({ ...gate, floor, quietMs: 0, speaking: true }, piece);
  const quietMs = gate.quietMs + piece.ms;
  const speaking = gate.speaking && quietMs < pauseMs;
  const quiet = { ...gate, floor, quietMs, speaking };
  if (!gate.open) return [wait(quiet, piece), { pass: [], ends: false }];
  if (quietMs >= patienceMs || (heard && quietMs >= closeMs))
    return [wait({ ...quiet, open: false }, piece), { pass: [], ends: true }];
  return through(quiet, piece);
}

const through = <T>(gate: Gate<T>, piece: Piece<T>): readonly [Gate<T>, Passage<T>] => [
  { ...gate, open: true, waiting: [] },
  { pass: [...gate.waiting, piece].map(({ carried }) => carried), ends: false },
];

function wait<T>(gate: Gate<T>, piece: Piece<T>): Gate<T> {
  const waiting = [...gate.waiting, piece];
  let ms = waiting.reduce((sum, each) => sum + each.ms, 0);
  while (ms > preRollMs) ms -= waiting.shift()?.ms ?? ms;
  return { ...gate, waiting };
}

const followed = (floor: number, { loudness, ms }: Piece<unknown>): number =>
  Math.min(loudness, Math.max(floor, leastLoud / 3) * (1 + risePerSecond) ** (ms / 1000));

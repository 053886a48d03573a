/**
 * The silence gate: holds back audio without speech. The page applies it before the wire and the relay before the model,
 * so it is in wire, which both import.
 *
 *             loud                          quiet for a while
 *     closed ──────► open, speaking ◄─────► open, quiet
 *        ▲   pre-roll                 loud     │
 *        └──────── audioStreamEnd ─────────────┘ quiet for 1 s and understood, or for 3 s
 *
 * Loud audio exceeds an adaptive noise floor. Time is counted in audio: no clock is read.
 */
import { dropOldest } from "./drop-oldest.ts";

export interface GateState<T> {
  readonly open: boolean;
  readonly speaking: boolean;
  /** Loudness of the background (RMS, 0 to 1). */
  readonly noiseFloor: number;
  readonly quietMs: number;
  /** Loud audio since the gate opened. */
  readonly loudMs: number;
  /** The newest audio that the gate has held back: the pre-roll. */
  readonly waiting: readonly AudioChunk<T>[];
}

/** A piece of audio with its payload, such as the frame. */
interface AudioChunk<T> {
  readonly payload: T;
  /** RMS, 0 to 1. */
  readonly loudness: number;
  readonly ms: number;
}

interface GateOutput<T> {
  readonly passed: readonly T[];
  /** The model must receive `audioStreamEnd`. */
  readonly streamEnds: boolean;
}

export const closedGate = {
  open: false,
  speaking: false,
  noiseFloor: 0,
  quietMs: 0,
  loudMs: 0,
  waiting: [],
};

/** Duration of audio before the first loud piece that passes: the beginning of a word is soft. */
const preRollMs = 500;
/** A pause between words is not the end of speech. */
const pauseMs = 500;
const closeMs = 1_000;
/** The model needs the silence after the last word to detect the end of speech. */
const maxSilenceMs = 3_000;
/** Shorter loud audio is a click. */
const leastSpeechMs = 40;
/** −50 and −26 dBFS: audio below the first is never loud, audio above the second always. */
const [leastLoud, mostLoud] = [0.003, 0.05];
/** Rise of the noise floor with a louder background, per second; the floor falls at once. */
const risePerSecond = 0.25;

/** The measures of a piece of audio. @param pcm mono PCM16. @param rate samples per second. */
export function measureAudio(
  pcm: Uint8Array,
  rate: number,
): { readonly loudness: number; readonly ms: number } {
  const samples = pcm.byteLength >> 1;
  return { loudness: rmsLoudness(pcm), ms: (samples / rate) * 1000 };
}

/** @param understood whether the model has understood the user's speech so far. */
export function gateAudio<T>(
  gate: GateState<T>,
  piece: AudioChunk<T>,
  understood: boolean,
): readonly [GateState<T>, GateOutput<T>] {
  const floor = followNoiseFloor(gate.noiseFloor, piece);
  const loud = piece.loudness > Math.min(mostLoud, Math.max(leastLoud, floor * 3));
  if (loud) {
    const loudMs = (gate.open ? gate.loudMs : 0) + piece.ms;
    const next = { ...gate, noiseFloor: floor, quietMs: 0, loudMs, speaking: true };
    return passThrough(next, piece);
  }
  const quietMs = gate.quietMs + piece.ms;
  const speaking = gate.speaking && quietMs < pauseMs;
  const quiet = { ...gate, noiseFloor: floor, quietMs, speaking };
  if (!gate.open) return [holdBack(quiet, piece), { passed: [], streamEnds: false }];
  if (quietMs >= maxSilenceMs || (understood && quietMs >= closeMs))
    return [holdBack({ ...quiet, open: false }, piece), { passed: [], streamEnds: true }];
  return passThrough(quiet, piece);
}

/**
 * The silence in ms that must follow a stream that ends now, so that the model detects the end of speech.
 *
 * @param understood whether the model has understood the user's speech so far.
 */
export function missingSilenceMs(
  { open, speaking, quietMs, loudMs }: GateState<unknown>,
  understood: boolean,
): number {
  if (!open || loudMs < leastSpeechMs || (understood && !speaking)) return 0;
  return Math.max(0, maxSilenceMs - quietMs);
}

const passThrough = <T>(
  gate: GateState<T>,
  piece: AudioChunk<T>,
): readonly [GateState<T>, GateOutput<T>] => [
  { ...gate, open: true, waiting: [] },
  { passed: [...gate.waiting, piece].map(({ payload }) => payload), streamEnds: false },
];

function holdBack<T>(gate: GateState<T>, piece: AudioChunk<T>): GateState<T> {
  const { kept } = dropOldest([...gate.waiting, piece], preRollMs, ({ ms }) => ms);
  return { ...gate, waiting: kept };
}

const followNoiseFloor = (floor: number, { loudness, ms }: AudioChunk<unknown>): number =>
  Math.min(loudness, Math.max(floor, leastLoud / 3) * (1 + risePerSecond) ** (ms / 1000));

/**
 * Root mean square of PCM16, 0 to 1. Reads every fourth sample, which suffices to tell speech from silence. PCM is
 * little-endian, as all platforms of Workers and browsers are.
 */
function rmsLoudness(pcm: Uint8Array): number {
  const aligned = pcm.byteOffset % 2 === 0 ? pcm : pcm.slice();
  const samples = new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1);
  let sum = 0;
  let count = 0;
  for (let at = 0; at < samples.length; at += 4, count++) sum += (samples[at] ?? 0) ** 2;
  return count === 0 ? 0 : Math.sqrt(sum / count) / 32_768;
}

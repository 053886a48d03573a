/** Audio that carries its conversation and its number, in samples by which no loudness is measured. */

export const frameMs = 100;
/** A second of each microphone: speech, then a pause in which the silence gate stays open. */
export const framesPerPhrase = 10;

export interface FrameId {
  readonly conversation: number;
  readonly frame: number;
}

/** @param perMs samples in a ms. */
export function frameOf(
  { conversation, frame }: FrameId,
  perMs: number,
  isLoud: boolean,
): Uint8Array {
  const samples = new Int16Array(frameMs * perMs).fill(isLoud ? 8_000 : 0);
  samples.set([conversation, frame], 1);
  return new Uint8Array(samples.buffer);
}

export const isLoudInPhrase = (frame: number): boolean =>
  frame % framesPerPhrase < framesPerPhrase / 2;

/** @param pcm at least its first three samples. */
export const idOf = (pcm: Buffer): FrameId => ({
  conversation: pcm.readInt16LE(2),
  frame: pcm.readInt16LE(4),
});

export const isLoud = (pcm: Buffer): boolean => pcm.readInt16LE(6) !== 0;

/** How received numbers differ from 0, 1, 2, … up to a count. */
export interface Gaps {
  readonly lost: number;
  readonly duplicates: number;
  readonly misplaced: number;
}

export function gapsIn(received: readonly number[], count: number): Gaps {
  const seen = new Set(received);
  const isMisplaced = (frame: number, at: number): boolean =>
    at > 0 && frame < (received[at - 1] ?? 0);
  return {
    lost: count - [...seen].filter((frame) => frame < count).length,
    duplicates: received.length - seen.size,
    misplaced: received.filter(isMisplaced).length,
  };
}

export const sumOfGaps = (all: readonly Gaps[]): Gaps => ({
  lost: all.reduce((sum, { lost }) => sum + lost, 0),
  duplicates: all.reduce((sum, { duplicates }) => sum + duplicates, 0),
  misplaced: all.reduce((sum, { misplaced }) => sum + misplaced, 0),
});

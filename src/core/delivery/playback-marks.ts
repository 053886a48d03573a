/**
 * How much of an answer a phone has played, by the marks that come back.
 *
 *     audio, mark "2:200", audio, mark "2:400" … ─► Twilio ─► "2:200" … : 200 ms of answer 2 were played
 *                                  clear ─► the marks that are left come back too, and mean nothing
 */

export interface PlaybackProgress {
  /** Which answer it is, from 1. */
  readonly answer: number;
  /** How much of it was sent, in ms. */
  readonly sentMs: number;
  /** How much of it was played, in ms. */
  readonly heardMs: number;
  /** It was sent whole: audio that follows is another answer's. */
  readonly complete: boolean;
}

export const noPlayback: PlaybackProgress = { answer: 0, sentMs: 0, heardMs: 0, complete: true };

/** Ms of audio between two marks; there is one at the end, too. */
export const markIntervalMs = 200;

/** @param ms that were sent. @returns also the name of the mark that must follow them, if one is due. */
export function recordAudioSent(
  playback: PlaybackProgress,
  ms: number,
): readonly [PlaybackProgress, mark: string | undefined] {
  const { answer, sentMs } = playback.complete
    ? { answer: playback.answer + 1, sentMs: 0 }
    : playback;
  const heardMs = playback.complete ? 0 : playback.heardMs;
  const next = { answer, sentMs: sentMs + ms, heardMs, complete: false };
  const due = Math.floor(next.sentMs / markIntervalMs) > Math.floor(sentMs / markIntervalMs);
  return [next, due ? markName(next) : undefined];
}

/** The answer was sent whole. @returns also the name of its last mark, if one is due. */
export function finishAnswer(
  playback: PlaybackProgress,
): readonly [PlaybackProgress, mark: string | undefined] {
  if (playback.complete) return [playback, undefined];
  const due = playback.sentMs % markIntervalMs !== 0;
  return [{ ...playback, complete: true }, due ? markName(playback) : undefined];
}

/** The audio that was not played is cleared: marks that are under way mean nothing any more. */
export const interruptAnswer = (playback: PlaybackProgress): PlaybackProgress => ({
  ...playback,
  sentMs: playback.heardMs,
  complete: true,
  answer: playback.answer + 1,
});

/** A mark came back. One of an interrupted answer, or of another program, means nothing. */
export function applyMark(playback: PlaybackProgress, name: string): PlaybackProgress {
  const [, answer, ms] = /^(\d{1,9}):(\d{1,9})$/.exec(name) ?? [];
  if (Number(answer) !== playback.answer || ms === undefined) return playback;
  return {
    ...playback,
    heardMs: Math.max(playback.heardMs, Math.min(Number(ms), playback.sentMs)),
  };
}

/** How much of the newest answer was sent and not yet played, in ms. The phone plays answers in order. */
export const unplayedMs = ({ sentMs, heardMs }: PlaybackProgress): number => sentMs - heardMs;

const markName = ({ answer, sentMs }: PlaybackProgress): string => `${answer}:${sentMs}`;

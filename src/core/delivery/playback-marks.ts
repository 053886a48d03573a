/**
 * What of an answer was heard at the other end of a telephone line, by the marks that came back.
 *
 *     sound, mark "2:200", sound, mark "2:400" … ─► the line ─► "2:200" … : 200 ms of answer 2 were heard
 *                                clear ─► all that is left comes back too, and tells nothing
 */

export interface PlaybackProgress {
  /** Which answer it is, from 1. */
  readonly answer: number;
  /** How much of it was sent, in ms. */
  readonly sentMs: number;
  /** How much of it was heard, in ms. */
  readonly heardMs: number;
  /** It was sent whole: sound that follows is another. */
  readonly complete: boolean;
}

export const noPlayback: PlaybackProgress = { answer: 0, sentMs: 0, heardMs: 0, complete: true };

/** Every so many ms of sound there is a mark, and one at the end. */
export const markIntervalMs = 200;

/** So many ms more were sent. @returns also the name of the mark that is due after them. */
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

/** All of it was sent. @returns also the mark that says when all of it was heard; none, when there is nothing. */
export function finishAnswer(
  playback: PlaybackProgress,
): readonly [PlaybackProgress, mark: string | undefined] {
  if (playback.complete) return [playback, undefined];
  const due = playback.sentMs % markIntervalMs !== 0;
  return [{ ...playback, complete: true }, due ? markName(playback) : undefined];
}

/** What was not heard is void: the marks that are out tell nothing any more. */
export const interruptAnswer = (playback: PlaybackProgress): PlaybackProgress => ({
  ...playback,
  complete: true,
  answer: playback.answer + 1,
});

/** A mark came back. One of an answer that was cut, or that is not ours, tells nothing. */
export function applyMark(playback: PlaybackProgress, name: string): PlaybackProgress {
  const [, answer, ms] = /^(\d{1,9}):(\d{1,9})$/.exec(name) ?? [];
  if (Number(answer) !== playback.answer || ms === undefined) return playback;
  return {
    ...playback,
    heardMs: Math.max(playback.heardMs, Math.min(Number(ms), playback.sentMs)),
  };
}

const markName = ({ answer, sentMs }: PlaybackProgress): string => `${answer}:${sentMs}`;

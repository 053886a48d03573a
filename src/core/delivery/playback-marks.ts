/**
 * What of an answer was heard at the other end of a telephone line, by the marks that came back.
 *
 *     sound, mark "2:200", sound, mark "2:400" … ─► the line ─► "2:200" … : 200 ms of answer 2 were heard
 *                                clear ─► all that is left comes back too, and tells nothing
 */

export interface Playback {
  /** Which answer it is, from 1. */
  readonly answer: number;
  /** How much of it was sent, in ms. */
  readonly sentMs: number;
  /** How much of it was heard, in ms. */
  readonly heardMs: number;
  /** It was sent whole: sound that follows is another. */
  readonly over: boolean;
}

export const nothingPlayed: Playback = { answer: 0, sentMs: 0, heardMs: 0, over: true };

/** Every so many ms of sound there is a mark, and one at the end. */
export const markMs = 200;

/** So many ms more were sent. @returns also the name of the mark that is due after them. */
export function sounded(
  playback: Playback,
  ms: number,
): readonly [Playback, mark: string | undefined] {
  const { answer, sentMs } = playback.over ? { answer: playback.answer + 1, sentMs: 0 } : playback;
  const heardMs = playback.over ? 0 : playback.heardMs;
  const next = { answer, sentMs: sentMs + ms, heardMs, over: false };
  const due = Math.floor(next.sentMs / markMs) > Math.floor(sentMs / markMs);
  return [next, due ? nameOf(next) : undefined];
}

/** All of it was sent. @returns also the mark that says when all of it was heard; none, when there is nothing. */
export function finished(playback: Playback): readonly [Playback, mark: string | undefined] {
  if (playback.over) return [playback, undefined];
  const due = playback.sentMs % markMs !== 0;
  return [{ ...playback, over: true }, due ? nameOf(playback) : undefined];
}

/** What was not heard is void: the marks that are out tell nothing any more. */
export const cut = (playback: Playback): Playback => ({
  ...playback,
  over: true,
  answer: playback.answer + 1,
});

/** A mark came back. One of an answer that was cut, or that is not ours, tells nothing. */
export function marked(playback: Playback, name: string): Playback {
  const [, answer, ms] = /^(\d{1,9}):(\d{1,9})$/.exec(name) ?? [];
  if (Number(answer) !== playback.answer || ms === undefined) return playback;
  return {
    ...playback,
    heardMs: Math.max(playback.heardMs, Math.min(Number(ms), playback.sentMs)),
  };
}

const nameOf = ({ answer, sentMs }: Playback): string => `${answer}:${sentMs}`;

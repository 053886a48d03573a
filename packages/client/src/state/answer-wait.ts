/**
 * How long the user waits for an answer, in parts that follow each other:
 *
 *     the last word         in the socket          first audio frame        first sound
 *     ──────┬─────────────────────┬───────────────────────┬──────────────────────┬──────▶
 *           └─── microphoneMs ────┘└────── answerMs ──────┘└──── playbackMs ─────┘
 *
 * A text has no microphone. Sound without a question, such as a greeting, has no wait. The clock is the caller's, in ms.
 */

export interface AnswerWait {
  /** How the user asked. */
  readonly asked: "speech" | "text";
  /**
   * The end of the last word, or the sending of the text, on the clock of `performance.now()`. The last word ends somewhere
   * in the last frame of speech: the frame's middle counts.
   */
  readonly askedAt: number;
  /** From there until the last frame of speech is in the socket, with the wait of its middle for its last sample. */
  readonly microphoneMs?: number;
  /** To the first audio frame: the network there and back, the end of the turn, the model. */
  readonly answerMs: number;
  /** From the arrival of that frame until it is audible, the jitter buffer included. */
  readonly playbackMs: number;
  /** The target of the jitter buffer. */
  readonly jitterTargetMs: number;
  /** The whole wait. */
  readonly totalMs: number;
}

interface Question {
  readonly by: AnswerWait["asked"];
  readonly at: number;
  /** When it was in the socket. */
  readonly sentAt: number;
}

export interface WaitState {
  /** The latest, until its answer is audible. */
  readonly question?: Question;
  /** When the first audio of its answer arrived. */
  readonly arrivedAt?: number;
  /** Audio of an answer has come, and its end has not. */
  readonly isAnswering: boolean;
}

export const noQuestion: WaitState = { isAnswering: false };

/** The user has asked, or goes on asking. A question over an answer waits for the next answer. */
export const asked = ({ isAnswering }: WaitState, question: Question): WaitState => ({
  question,
  isAnswering,
});

/** Audio of an answer arrives. Only the first of it counts, and only if the question came before. */
export const answered = (state: WaitState, arrivedAt: number): WaitState =>
  state.isAnswering ? state : { ...state, isAnswering: true, arrivedAt };

/** All of the answer has come. It may not be audible yet. */
export const complete = (state: WaitState): WaitState => ({ ...state, isAnswering: false });

/** Nothing more of the answer is heard: the question waits for the next one. */
export const interrupted = ({ question }: WaitState): WaitState => ({
  isAnswering: false,
  ...(question && { question }),
});

/** The answer becomes audible. @returns no wait for sound that no question preceded. */
export function heard(
  state: WaitState,
  playbackMs: number,
  jitterTargetMs: number,
): readonly [WaitState, AnswerWait?] {
  const { question, arrivedAt, isAnswering } = state;
  if (!question || arrivedAt === undefined) return [state];
  const { by, at, sentAt } = question;
  const microphoneMs = Math.max(0, Math.round(sentAt - at));
  const answerMs = Math.max(0, Math.round(arrivedAt - sentAt));
  const wait: AnswerWait = {
    asked: by,
    askedAt: at,
    ...(by === "speech" && { microphoneMs }),
    answerMs,
    playbackMs,
    jitterTargetMs,
    totalMs: microphoneMs + answerMs + playbackMs,
  };
  return [{ isAnswering }, wait];
}

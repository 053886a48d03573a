/**
 * How long the user waits for an answer, in parts that follow each other:
 *
 *     the last word          first audio frame         first sound
 *     ──────┬──────────────────────┬──────────────────────┬──────▶
 *           └────── answerMs ──────┘└───── playbackMs ────┘
 *
 * Sound without a question, such as a greeting, has none. The clock is the caller's, in ms.
 */

export interface AnswerWait {
  /** How the user asked: `speech` counts from the end of the last word, `text` from sending it. */
  readonly asked: "speech" | "text";
  /** From the capture of a frame's last sample to the socket: part of the way to the server. */
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

export type WaitState =
  | { readonly phase: "idle" }
  | { readonly phase: "asked"; readonly by: AnswerWait["asked"]; readonly at: number }
  | {
      readonly phase: "answered";
      readonly by: AnswerWait["asked"];
      readonly askedAt: number;
      readonly arrivedAt: number;
    };

export const noQuestion: WaitState = { phase: "idle" };

/** The user has asked, or goes on asking. A question over an answer waits for the next answer. */
export const asked = (by: AnswerWait["asked"], at: number): WaitState => ({
  phase: "asked",
  by,
  at,
});

/** The first audio of an answer arrives. */
export const answered = (state: WaitState, arrivedAt: number): WaitState =>
  state.phase === "asked"
    ? { phase: "answered", by: state.by, askedAt: state.at, arrivedAt }
    : state;

/** The answer becomes audible. @returns undefined for sound that no question preceded. */
export function heard(
  state: WaitState,
  playbackMs: number,
  facts: Pick<AnswerWait, "microphoneMs" | "jitterTargetMs">,
): AnswerWait | undefined {
  if (state.phase !== "answered") return undefined;
  const answerMs = Math.max(0, Math.round(state.arrivedAt - state.askedAt));
  const { microphoneMs, jitterTargetMs } = facts;
  return {
    asked: state.by,
    ...(state.by === "speech" && microphoneMs !== undefined && { microphoneMs }),
    answerMs,
    playbackMs,
    jitterTargetMs,
    totalMs: answerMs + playbackMs,
  };
}

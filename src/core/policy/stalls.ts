/**
 * Stalls that the model's own messages show: a turn that ends with nothing, and an answer that has become a tone. The
 * upstream FSM watches for the others, which show by time alone.
 */
import { fromBase64 } from "../../wire/base64.ts";
import type { ServerMessage } from "../../wire/live-api.ts";
import { isModelOutput, type TurnState } from "../turn-state.ts";

/**
 * The reaction to a message, of which an empty turn is the cause. `ask`: once, and clients must not get the end of the
 * turn. `tell`: it was asked for already. An empty turn after that passes as it is, until the model has spoken or
 * someone types: models may choose not to answer speech, and each utterance in the room would lead to an error.
 * @param turn as it was before the message.
 */
export function reactionToEnd(turn: TurnState, message: ServerMessage): "ask" | "tell" | undefined {
  if (!endsEmpty(turn, message) || turn.emptyTurns > 1) return undefined;
  return turn.emptyTurns === 0 ? "ask" : "tell";
}

/**
 * Whether a message ends a turn in which the model has given nothing though an answer was due. A turn that was
 * interrupted, or that the model ends for a stated reason, has no answer to miss; an interaction in progress goes on.
 */
function endsEmpty(turn: TurnState, message: ServerMessage): boolean {
  const { turnComplete, interrupted, turnCompleteReason, interactionStatus } =
    message.serverContent ?? {};
  const { waitingForInput } = (message.serverContent ?? {}) as UntypedContent;
  return (
    turnComplete === true &&
    !interrupted &&
    !turnCompleteReason &&
    !waitingForInput &&
    interactionStatus !== "IN_PROGRESS" &&
    !isModelOutput(message) &&
    !turn.answerStarted &&
    turn.awaitingSince !== undefined &&
    turn.speechSince === undefined &&
    turn.interruptedAt === undefined &&
    turn.pendingCalls.length === 0
  );
}

/**
 * Whether the model interrupts a turn in which it has not begun to answer: nothing is cut off, and the answer to all input
 * so far is still to come. It does so when a client marks the beginning of its activity, or when a second question comes
 * before the answer to the first.
 * @param turn as it was before the message.
 */
export const interruptsNothing = (turn: TurnState, message: ServerMessage): boolean =>
  message.serverContent?.interrupted === true &&
  !isModelOutput(message) &&
  turn.open &&
  !turn.answerStarted &&
  turn.interruptedAt === undefined &&
  (turn.phase === "idle" || turn.phase === "listening") &&
  turn.pendingCalls.length === 0;

/** A message without the end of its turn; undefined if nothing is left of it. */
export function withoutEnd({ serverContent, ...rest }: ServerMessage): ServerMessage | undefined {
  const { interrupted: _, turnComplete: __, ...content } = serverContent ?? {};
  const left = Object.keys(content).length > 0 ? { ...rest, serverContent: content } : rest;
  return Object.keys(left).length > 0 ? left : undefined;
}

interface UntypedContent {
  readonly waitingForInput?: boolean;
}

/** The prompt for an answer that is due; in brackets, as all of the server's own. The model may still be silent. */
export const answerPrompt =
  "[You have given no answer yet. If the user's last words were meant for you, answer them now.]";

/** The prompt for the rest of an answer that broke off. */
export const restPrompt =
  "[Your last answer broke off in the middle. Go on from where it stopped, and do not repeat what you have said.]";

/** Speech of this length has a transcript: an answer without one is looked at once a second, in ms of audio. */
const wordlessLimitMs = 3_000;
/** The audio between two looks, in ms. */
const toneCheckMs = 1_000;
/** After so many looks at the same tone the answer is one: a note held for five seconds is none. */
const leastLooks = 5;

/** One look at a chunk of audio. */
interface Look {
  /** RMS, 0 to 1. */
  readonly loudness: number;
  /** Zero crossings per sample: a measure of pitch. */
  readonly crossings: number;
}

/** The looks so far at an answer without words, which all found the same tone. */
interface ToneWatch {
  readonly first: Look | undefined;
  readonly looks: number;
}

export const noTone: ToneWatch = { first: undefined, looks: 0 };

/** @param pcm mono PCM16, of which 100 ms suffice. */
export function lookAtAudio(watch: ToneWatch, pcm: Uint8Array): ToneWatch {
  const look = measure(pcm);
  const isSame =
    watch.first !== undefined &&
    look.loudness >= leastLoudness &&
    look.crossings >= leastCrossings &&
    isNear(look.loudness, watch.first.loudness) &&
    isNear(look.crossings, watch.first.crossings);
  return isSame ? { first: watch.first, looks: watch.looks + 1 } : { first: look, looks: 1 };
}

export const isSteadyTone = ({ looks }: ToneWatch): boolean => looks >= leastLooks;

/** Watches the messages of one conversation's model. It changes in place. */
export class StallWatch {
  /** The model has interrupted a turn before its answer: the `turnComplete` that follows ends nothing. */
  #hasInterruptedNothing = false;
  #tone = noTone;
  /** The audio without words at which the next chunk is looked at, in ms. A value, since audio reads it. */
  toneCheckAtMs = wordlessLimitMs;

  /**
   * Whether a message interrupts a turn before its answer, or completes one that was interrupted so.
   * @param turn as it was before the message.
   */
  endsNothing(turn: TurnState, message: ServerMessage): boolean {
    const completes = message.serverContent?.turnComplete === true;
    const interrupts = interruptsNothing(turn, message);
    const ends = interrupts || (this.#hasInterruptedNothing && completes);
    if (interrupts) this.#hasInterruptedNothing = !completes;
    else if (completes || isModelOutput(message) || message.setupComplete)
      this.#hasInterruptedNothing = false;
    return ends;
  }

  /**
   * Looks at one chunk a second of an answer that has no words for long, and at no other.
   * @param turn as it is after the message. @returns whether the answer has become a tone.
   */
  hearsTone({ wordlessMs, isTone }: TurnState, { serverContent }: ServerMessage): boolean {
    if (wordlessMs < wordlessLimitMs) this.#forgetTone();
    if (wordlessMs < this.toneCheckAtMs || isTone) return false;
    const data = serverContent?.modelTurn?.parts?.[0]?.inlineData?.data;
    const pcm = data === undefined ? undefined : fromBase64(data);
    if (!pcm) return false;
    this.toneCheckAtMs = wordlessMs + toneCheckMs;
    this.#tone = lookAtAudio(this.#tone, pcm);
    return isSteadyTone(this.#tone);
  }

  #forgetTone(): void {
    this.#tone = noTone;
    this.toneCheckAtMs = wordlessLimitMs;
  }
}

/** −40 dBFS: silence is steady, too, and an answer may hold some. */
const leastLoudness = 0.01;
/** 12 Hz: a constant value is no sound. */
const leastCrossings = 0.001;
/** Voices and instruments vary more from one second to the next, each in loudness or in pitch. */
const maxChange = 0.1;

const isNear = (value: number, other: number): boolean =>
  Math.abs(value - other) <= maxChange * Math.max(value, other);

function measure(pcm: Uint8Array): Look {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength & ~1);
  const samples = view.byteLength / 2;
  let sum = 0;
  let crossings = 0;
  let before = 0;
  for (let at = 0; at < samples; at++) {
    const sample = view.getInt16(at * 2, true);
    sum += (sample / 32_768) ** 2;
    if (sample >= 0 !== before >= 0) crossings++;
    before = sample;
  }
  return samples === 0
    ? { loudness: 0, crossings: 0 }
    : { loudness: Math.sqrt(sum / samples), crossings: crossings / samples };
}

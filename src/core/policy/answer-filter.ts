/**
 * Filter of the model's messages that withholds a blocked answer, as a value.
 *
 *             discardAnswer     discarding: nothing of this answer is published
 *     open ────────────► discarding
 *       ▲                 │             until turnComplete, or, where the answer never started,
 *       └─────────────────┘             until new input
 *
 * The model may be asked to say something instead: in the middle of its answer where text interrupts it, at the end
 * where it does not. Before the answer has started there is nothing to interrupt, so the prompt waits.
 *
 * Whether the answer has started is the turn's to know (turn-state.ts): each function is passed the turn as it was
 * before the message.
 */
import type { FunctionCall, ServerMessage } from "../../wire/live-api.ts";
import type { TranslationContext } from "../adk/live-to-adk.ts";
import { completesTurn, isAnswerContent, type TurnState } from "../turn-state.ts";

interface Discarding {
  /** Prompt for a replacement of the answer, until it is sent. */
  readonly replacement: string | undefined;
  /** Whether text interrupts the model (capabilities: textInterrupts). */
  readonly textInterrupts: boolean;
  /** Whether an input transcript is an utterance of its own, or perhaps more of the one that was blocked. */
  readonly wholeTranscript: boolean;
  /** How the model reports the end of a turn (capabilities: idle). */
  readonly idle: TranslationContext["idle"];
}

export type AnswerFilter =
  | { readonly state: "open" }
  | ({ readonly state: "discarding" } & Discarding);

export const openFilter: AnswerFilter = { state: "open" };

export interface FilteredMessage {
  /** The part of the message that may be published. */
  readonly message: ServerMessage;
  /** Whether content of an answer was removed. */
  readonly discarded: boolean;
  /** Calls that must be answered and must not be run. */
  readonly blockedCalls: readonly FunctionCall[];
  /** Text to send to the model now. */
  readonly prompt: string | undefined;
}

type Answer = Pick<TurnState, "answerStarted">;
type FilterStep<T> = readonly [AnswerFilter, T];

/** Nothing more of this answer is published. @returns also a text to send to the model at once. */
export function discardAnswer(
  discarding: Discarding,
  { answerStarted }: Answer,
): FilterStep<string | undefined> {
  const { textInterrupts, replacement } = discarding;
  const prompt = answerStarted && textInterrupts ? replacement : undefined;
  return [
    { state: "discarding", ...discarding, replacement: prompt ? undefined : replacement },
    prompt,
  ];
}

/** The user sends new input: an answer that never started is not waited for. */
export const onNewInput = (filter: AnswerFilter, { answerStarted }: Answer): AnswerFilter =>
  answerStarted ? filter : openFilter;

export function filterMessage(
  filter: AnswerFilter,
  message: ServerMessage,
  turn: Answer,
): FilterStep<FilteredMessage> {
  if (message.setupComplete) return [openFilter, unfiltered(message)];
  const { serverContent: content } = message;
  const current =
    content?.inputTranscription?.text && hearsWholeUtterances(filter)
      ? onNewInput(filter, turn)
      : filter;
  if (current.state === "open") return [current, unfiltered(message)];
  const filtered = {
    message: withoutAnswer(message),
    discarded: isAnswerContent(content),
    blockedCalls: message.toolCall?.functionCalls ?? [],
  };
  if (completesTurn(content, current))
    return [openFilter, { ...filtered, prompt: current.replacement }];
  if (turn.answerStarted || !filtered.discarded)
    return [current, { ...filtered, prompt: undefined }];
  const [discarding, prompt] = discardAnswer(current, { answerStarted: true });
  return [discarding, { ...filtered, prompt }];
}

/**
 * Splits a message into the user's transcript and the rest, to be handled one after the other: the user's transcript
 * must be published and checked before the model's answer to it.
 */
export function splitTranscript(message: ServerMessage): readonly ServerMessage[] {
  const { serverContent, ...rest } = message;
  if (!serverContent?.inputTranscription) return [message];
  const { inputTranscription, ...others } = serverContent;
  const transcript = { serverContent: { inputTranscription } };
  if (Object.keys(others).length > 0) return [transcript, { ...rest, serverContent: others }];
  return Object.keys(rest).length > 0 ? [transcript, rest] : [transcript];
}

const hearsWholeUtterances = (filter: AnswerFilter): boolean =>
  filter.state === "discarding" && filter.wholeTranscript;

const unfiltered = (message: ServerMessage): FilteredMessage => ({
  message,
  discarded: false,
  blockedCalls: [],
  prompt: undefined,
});

/** The user's transcript, the end of the turn, and all that is not of the answer. */
function withoutAnswer(message: ServerMessage): ServerMessage {
  const rest: { -readonly [K in keyof ServerMessage]: ServerMessage[K] } = { ...message };
  const { serverContent } = rest;
  delete rest.toolCall;
  if (!serverContent) return rest;
  const { turnComplete, turnCompleteReason, interactionStatus, inputTranscription } = serverContent;
  return {
    ...rest,
    serverContent: {
      ...(turnComplete !== undefined && { turnComplete }),
      ...(turnCompleteReason !== undefined && { turnCompleteReason }),
      ...(interactionStatus !== undefined && { interactionStatus }),
      ...(inputTranscription !== undefined && { inputTranscription }),
    },
  };
}

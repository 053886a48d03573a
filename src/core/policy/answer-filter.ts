/**
 * What of the model's messages goes on to people, as a value.
 *
 *             stop                      discarding: everything of this answer is kept from everybody
 *     open ─────────► discarding
 *       ▲                 │             until turnComplete, or, where the answer never began,
 *       └─────────────────┘             until somebody says something new
 *
 * The model may be asked to say something instead: in the middle of its answer where words interrupt it, at
 * the end where they do not. Before the answer has begun there is nothing to interrupt, so the words wait.
 */
import type { FunctionCall, ServerContent, ServerMessage } from "../../wire/live-api.ts";

interface Discarding {
  /** Whether anything of the answer has been heard. */
  readonly started: boolean;
  /** What the model is asked to say instead, if it has not been asked yet. */
  readonly replacement: string | undefined;
  /** Whether words interrupt the model (capabilities: textInterrupts). */
  readonly textInterrupts: boolean;
  /** Whether an input transcript is an utterance of its own, or perhaps more of the one that was stopped. */
  readonly wholeTranscript: boolean;
}

export type AnswerFilter =
  | { readonly state: "open" }
  | ({ readonly state: "discarding" } & Discarding);

export const openFilter: AnswerFilter = { state: "open" };

export interface FilteredMessage {
  /** What may be told of the message. */
  readonly message: ServerMessage;
  /** Calls that must be answered and must not be made. */
  readonly blockedCalls: readonly FunctionCall[];
  /** What is to be said to the model now. */
  readonly prompt: string | undefined;
}

type FilterStep<T> = readonly [AnswerFilter, T];

/** Nothing more of this answer is to be heard. @returns also what is to be said to the model at once. */
export function discardAnswer(stopping: Discarding): FilterStep<string | undefined> {
  const { started, textInterrupts, replacement } = stopping;
  const now = started && textInterrupts ? replacement : undefined;
  return [{ state: "discarding", ...stopping, replacement: now ? undefined : replacement }, now];
}

/** Somebody says something new: an answer that never began is not waited for. */
export const onNewInput = (guard: AnswerFilter): AnswerFilter =>
  guard.state === "discarding" && !guard.started ? openFilter : guard;

export function filterMessage(
  guard: AnswerFilter,
  message: ServerMessage,
): FilterStep<FilteredMessage> {
  if (message.setupComplete) return [openFilter, unfiltered(message)];
  const { serverContent: content } = message;
  const reopened =
    content?.inputTranscription?.text && isWholeTranscript(guard) ? onNewInput(guard) : guard;
  if (reopened.state === "open") return [reopened, unfiltered(message)];
  const refused = message.toolCall?.functionCalls ?? [];
  const kept = { ...unfiltered(withoutAnswer(message)), blockedCalls: refused };
  if (content?.turnComplete) return [openFilter, { ...kept, prompt: reopened.replacement }];
  if (reopened.started || !isAnswerContent(content)) return [reopened, kept];
  const [discarding, say] = discardAnswer({ ...reopened, started: true });
  return [discarding, { ...kept, prompt: say }];
}

/** Whether a message has something of an answer. */
export const isAnswerContent = (content: ServerContent | undefined): boolean =>
  content?.modelTurn !== undefined || content?.outputTranscription !== undefined;

const isWholeTranscript = (guard: AnswerFilter): boolean =>
  guard.state === "discarding" && guard.wholeTranscript;

const unfiltered = (message: ServerMessage): FilteredMessage => ({
  message,
  blockedCalls: [],
  prompt: undefined,
});

/** The user's words, the end of the turn, and what is not of the answer at all. */
function withoutAnswer(message: ServerMessage): ServerMessage {
  const rest: { -readonly [K in keyof ServerMessage]: ServerMessage[K] } = { ...message };
  const { serverContent } = rest;
  delete rest.toolCall;
  if (!serverContent) return rest;
  const { turnComplete, turnCompleteReason, inputTranscription } = serverContent;
  return {
    ...rest,
    serverContent: {
      ...(turnComplete !== undefined && { turnComplete }),
      ...(turnCompleteReason !== undefined && { turnCompleteReason }),
      ...(inputTranscription !== undefined && { inputTranscription }),
    },
  };
}

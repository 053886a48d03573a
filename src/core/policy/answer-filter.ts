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

interface Stopping {
  /** Whether anything of the answer has been heard. */
  readonly begun: boolean;
  /** What the model is asked to say instead, if it has not been asked yet. */
  readonly instead: string | undefined;
  /** Whether words interrupt the model (capabilities: textInterrupts). */
  readonly interrupts: boolean;
  /** Whether an input transcript is an utterance of its own, or perhaps more of the one that was stopped. */
  readonly whole: boolean;
}

export type Guard = { readonly at: "open" } | ({ readonly at: "discarding" } & Stopping);

export const openGuard: Guard = { at: "open" };

export interface Passed {
  /** What may be told of the message. */
  readonly message: ServerMessage;
  /** Calls that must be answered and must not be made. */
  readonly refused: readonly FunctionCall[];
  /** What is to be said to the model now. */
  readonly say: string | undefined;
}

type Step<T> = readonly [Guard, T];

/** Nothing more of this answer is to be heard. @returns also what is to be said to the model at once. */
export function stop(stopping: Stopping): Step<string | undefined> {
  const { begun, interrupts, instead } = stopping;
  const now = begun && interrupts ? instead : undefined;
  return [{ at: "discarding", ...stopping, instead: now ? undefined : instead }, now];
}

/** Somebody says something new: an answer that never began is not waited for. */
export const anew = (guard: Guard): Guard =>
  guard.at === "discarding" && !guard.begun ? openGuard : guard;

export function pass(guard: Guard, message: ServerMessage): Step<Passed> {
  if (message.setupComplete) return [openGuard, passed(message)];
  const { serverContent: content } = message;
  const reopened = content?.inputTranscription?.text && isWhole(guard) ? anew(guard) : guard;
  if (reopened.at === "open") return [reopened, passed(message)];
  const refused = message.toolCall?.functionCalls ?? [];
  const kept = { ...passed(withoutAnswer(message)), refused };
  if (content?.turnComplete) return [openGuard, { ...kept, say: reopened.instead }];
  if (reopened.begun || !isAnswer(content)) return [reopened, kept];
  const [discarding, say] = stop({ ...reopened, begun: true });
  return [discarding, { ...kept, say }];
}

/** Whether a message has something of an answer. */
export const isAnswer = (content: ServerContent | undefined): boolean =>
  content?.modelTurn !== undefined || content?.outputTranscription !== undefined;

const isWhole = (guard: Guard): boolean => guard.at === "discarding" && guard.whole;

const passed = (message: ServerMessage): Passed => ({ message, refused: [], say: undefined });

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

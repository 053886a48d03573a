/**
 * The state of the conversation's turn: the only place that decides whether a turn is on and what it waits for.
 *
 *                 speech, transcript           model output              generationComplete
 *     phase: idle ──────────────────► listening ────────────► generating ──────────────────► playing
 *             ▲ └───────────────────────── model output ─────────▲                              │
 *             ├────────────── turnComplete, interrupted, a new session, upstream closed ◄───────┤
 *             └── the same ── thinking ◄── turnComplete that reports IN_PROGRESS ◄──────────────┘
 *
 *               client input, ACTIVITY_START, transcript, modelTurn, toolCall
 *     open:  false ─────────────────────────────────────────────────────► true      number + 1
 *              ▲                                                            │
 *              └──── turnComplete; the relay interrupts or completes ◄──────┘
 *
 * A turn closes at `turnComplete`, not at the model's `interrupted`: its transcripts may still come. A model with
 * extended thinking completes a filler first ("Let me think."): that `turnComplete` reports IN_PROGRESS, and the turn
 * stays open. Events between two turns belong to the one before. A turn outlives the session: `open` and `number` do not change when a session
 * is lost or replaced.
 */
import type { EventBody } from "../wire/adk.ts";
import type { ServerContent, ServerMessage } from "../wire/live-api.ts";
import { isAbort } from "./adk/event.ts";
import type { TranslationContext } from "./adk/live-to-adk.ts";
import type { ModelInput } from "./client-request.ts";
import { confirmationFunction } from "./policy/approval.ts";
import { speakerSampleRate } from "../wire/pcm.ts";
import { opensTurn } from "./request-text.ts";
import type { UpstreamMessage } from "./upstream/encoding.ts";

/** All times are in ms since the epoch. */
export interface TurnState {
  /** Counted from 1; 0 before the first. Stored with each event, so the count goes on after a restart. */
  readonly number: number;
  /** Whether the turn of that number has begun and neither completed nor been interrupted by the relay. */
  readonly open: boolean;
  /** The number of the latest turn with input, or with output other than calls. */
  readonly contentTurn: number;
  /** The activity of the model in its current session; a discarded answer does not change it. */
  readonly phase: "idle" | "listening" | "generating" | "playing" | "thinking";
  /** Whether any content of the answer has arrived in this turn, published or discarded. */
  readonly answerStarted: boolean;
  /**
   * How the user's latest transcript was published: "partial", its final is due; "final", deltas and then a final that
   * repeats them; "whole", in one piece.
   */
  readonly userTranscript: "none" | "partial" | "final" | "whole";
  /** When the user began to speak, by the relay's own measure; a new session starts it again. */
  readonly speechSince: number | undefined;
  /** When the user's latest input that asks for an answer ended; undefined once the model answers. */
  readonly awaitingSince: number | undefined;
  /** Whether the input that awaits an answer has words: it was typed, or the model has sent its transcript. */
  readonly hasWords: boolean;
  /** How many turns in a row the model has ended with nothing though an answer was due; typed text counts anew. */
  readonly emptyTurns: number;
  /** When a client that plays the answer as it comes has played all of it; 0 before the first audio. */
  readonly playedUntil: number;
  /** Audio of the answer since its transcript last grew, in ms of audio. */
  readonly wordlessMs: number;
  /** Whether the answer's audio has become a steady tone. */
  readonly isTone: boolean;
  /** When a response to a call was last sent to the model; 0 before the first. */
  readonly respondedAt: number;
  /** When the answer was cut short; undefined once its turn is complete or another answer begins. */
  readonly interruptedAt: number | undefined;
  /** Ids of calls that have no response. */
  readonly pendingCalls: readonly string[];
  /** Pending calls that the turn does not wait for: long-running, awaiting approval, or from before an interruption. */
  readonly deferredCalls: readonly string[];
  /** When a call got a response that the model is to comment on; undefined once it speaks. */
  readonly followUpSince: number | undefined;
  /** Whether the latest turn completed with no call to respond to and nothing for the model to comment on. */
  readonly settled: boolean;
  /** When the model last gave a sign of life; 0 before the first. */
  readonly lastSignAt: number;
}

export type TurnSignal =
  /** The upstream FSM accepted a client's input, sent or queued. */
  | { readonly type: "clientInput"; readonly request: ModelInput }
  /** The user begins to speak, or falls silent, by the relay's own measure. */
  | { readonly type: "speech"; readonly on: boolean }
  /** A message left for the model. */
  | { readonly type: "sent"; readonly message: UpstreamMessage }
  /** A message of the model, without what the answer filter removed. `discarded`: it removed content of an answer. */
  | {
      readonly type: "serverMessage";
      readonly message: ServerMessage;
      readonly context: Pick<TranslationContext, "inputTranscript" | "longRunning" | "idle">;
      readonly discarded: boolean;
    }
  /** The relay publishes an event that is no translation of a message of the model. */
  | { readonly type: "published"; readonly event: EventBody }
  /** The relay ends the answer: the rest of it is discarded or will not come. */
  | { readonly type: "interrupted" }
  /** The relay completes the turn: the answer was sent whole and its `turnComplete` will not come. */
  | { readonly type: "completed" }
  /** The model ended the turn with nothing, and the relay asks for the answer: the turn goes on. */
  | { readonly type: "endedEmpty" }
  /** The audio of the answer has become a steady tone. */
  | { readonly type: "tone" }
  /** No session is on or coming. */
  | { readonly type: "upstreamClosed" };

/** @param number the number of the latest turn in the log. */
export const initialTurn = (number: number): TurnState => ({
  number,
  open: false,
  contentTurn: number,
  phase: "idle",
  answerStarted: false,
  userTranscript: "none",
  speechSince: undefined,
  awaitingSince: undefined,
  hasWords: false,
  emptyTurns: 0,
  playedUntil: 0,
  wordlessMs: 0,
  isTone: false,
  respondedAt: 0,
  interruptedAt: undefined,
  pendingCalls: [],
  deferredCalls: [],
  followUpSince: undefined,
  settled: false,
  lastSignAt: 0,
});

export function reduceTurn(turn: TurnState, signal: TurnSignal, now: number): TurnState {
  switch (signal.type) {
    case "clientInput":
      return afterClientInput(turn, signal.request, now);
    case "speech":
      return signal.on
        ? { ...turn, speechSince: turn.speechSince ?? now, hasWords: false }
        : { ...turn, speechSince: undefined, awaitingSince: now };
    case "sent":
      return afterSend(turn, signal.message, now);
    case "serverMessage":
      return afterServerMessage(turn, signal, now);
    case "published":
      return afterPublish(turn, signal.event, now);
    case "interrupted":
      return { ...cutShort(turn, now), open: false, awaitingSince: undefined };
    case "completed":
      return complete(turn);
    case "endedEmpty":
      return { ...turn, phase: "idle", awaitingSince: now, emptyTurns: turn.emptyTurns + 1 };
    case "tone":
      return { ...turn, isTone: true };
    case "upstreamClosed":
      return {
        ...withoutSession(turn),
        pendingCalls: [],
        followUpSince: undefined,
        speechSince: undefined,
      };
  }
}

/** The model speaks, or does something. */
export const isModelOutput = ({ serverContent, toolCall }: ServerMessage): boolean =>
  toolCall !== undefined || isAnswerContent(serverContent);

/** Whether a message has content of an answer. */
export const isAnswerContent = (content: ServerContent | undefined): boolean =>
  content?.modelTurn !== undefined || content?.outputTranscription !== undefined;

/** Whether a message completes the turn. The `turnComplete` of a filler does not: the answer is still to come. */
export const completesTurn = (
  content: ServerContent | undefined,
  { idle }: Pick<TranslationContext, "idle">,
): boolean =>
  content?.turnComplete === true &&
  !(idle === "interactionStatus" && content.interactionStatus === "IN_PROGRESS");

/** Whether a message shows that the model is alive; updates of the session do not. */
export const isSignOfLife = (message: ServerMessage): boolean =>
  message.serverContent !== undefined ||
  message.toolCall !== undefined ||
  message.toolCallCancellation !== undefined ||
  message.voiceActivity !== undefined;

/** Whether the model has understood the user's speech, or answers it. */
export const showsUnderstanding = (message: ServerMessage): boolean =>
  Boolean(message.serverContent?.inputTranscription?.text) || isModelOutput(message);

/** Calls whose responses the turn waits for. */
export const awaitedCalls = ({ pendingCalls, deferredCalls }: TurnState): readonly string[] =>
  pendingCalls.filter((id) => !deferredCalls.includes(id));

/** After this long without an answer none is awaited any more, in ms: a model may choose to be silent. */
export const answerTimeoutMs = 10_000;

const openTurn = (turn: TurnState): TurnState =>
  turn.open ? turn : { ...turn, number: turn.number + 1, open: true };

function openWithContent(turn: TurnState): TurnState {
  const opened = openTurn(turn);
  return opened.contentTurn === opened.number ? opened : { ...opened, contentTurn: opened.number };
}

function afterClientInput(turn: TurnState, request: ModelInput, now: number): TurnState {
  if (!opensTurn(request)) return turn;
  const opened = openWithContent(turn);
  return request.type === "activityStart"
    ? opened
    : { ...opened, awaitingSince: now, hasWords: true, emptyTurns: 0 };
}

/** Media, signals and history ask for no answer. */
function afterSend(turn: TurnState, { kind, payload }: UpstreamMessage, now: number): TurnState {
  if (kind !== "text") return turn;
  return "toolResponse" in payload
    ? { ...withoutCalls(turn, idsOf(payload.toolResponse.functionResponses)), respondedAt: now }
    : { ...turn, awaitingSince: now, hasWords: true };
}

function afterServerMessage(
  before: TurnState,
  { message, context, discarded }: Extract<TurnSignal, { type: "serverMessage" }>,
  now: number,
): TurnState {
  if (message.setupComplete) return withNewSession(before, now);
  const { serverContent: content = {}, toolCallCancellation } = message;
  const turn = turnOf(before, message);
  const outputs = isModelOutput(message);
  const audioMs = audioMsOf(content);
  const transcribes = Boolean(content.outputTranscription?.text);
  const next: TurnState = {
    ...withoutCalls(withCalls(turn, message, context), toolCallCancellation?.ids ?? []),
    phase: phaseAfter(turn.phase, message),
    answerStarted: turn.answerStarted || discarded || isAnswerContent(content),
    userTranscript: transcriptAfter(turn.userTranscript, content, context),
    awaitingSince: outputs ? undefined : turn.awaitingSince,
    hasWords: turn.hasWords || Boolean(content.inputTranscription?.text),
    emptyTurns: outputs ? 0 : turn.emptyTurns,
    playedUntil: audioMs > 0 ? Math.max(turn.playedUntil, now) + audioMs : turn.playedUntil,
    wordlessMs: transcribes ? 0 : turn.wordlessMs + audioMs,
    interruptedAt: outputs ? undefined : turn.interruptedAt,
    followUpSince: isAnswerContent(content) ? undefined : turn.followUpSince,
    lastSignAt: isSignOfLife(message) ? now : turn.lastSignAt,
  };
  const cut = content.interrupted
    ? { ...cutShort(next, now), phase: "idle" as const, playedUntil: 0, wordlessMs: 0 }
    : next;
  if (!content.turnComplete) return cut;
  return completesTurn(content, context) ? complete(cut) : completeFiller(cut, now);
}

/** Speech opens a turn, and so does output without input. A model may begin a turn with a call, and say nothing in it. */
function turnOf(before: TurnState, message: ServerMessage): TurnState {
  const { voiceActivity, serverContent, toolCall } = message;
  const hasContent =
    voiceActivity?.type === "ACTIVITY_START" ||
    (serverContent?.modelTurn !== undefined && !isThought(serverContent)) ||
    Boolean(serverContent?.inputTranscription?.text);
  if (hasContent) return openWithContent(before);
  return serverContent?.modelTurn || toolCall?.functionCalls?.length ? openTurn(before) : before;
}

/** A thought is no answer: a model may think before each of a row of calls. A message holds one kind of parts. */
const isThought = ({ modelTurn }: ServerContent): boolean =>
  modelTurn?.parts?.[0]?.thought === true;

function phaseAfter(phase: TurnState["phase"], message: ServerMessage): TurnState["phase"] {
  const { serverContent, voiceActivity } = message;
  const outputs = isModelOutput(message);
  // Of an empty turn nothing is played.
  if (serverContent?.generationComplete && (outputs || phase === "generating")) return "playing";
  // A call reports no end of the interaction, and no `turnComplete` follows it.
  if (phase === "thinking" && !isAnswerContent(serverContent)) return "thinking";
  if (outputs) return "generating";
  const hears = voiceActivity?.type === "ACTIVITY_START" || serverContent?.inputTranscription?.text;
  return phase === "idle" && hears ? "listening" : phase;
}

function transcriptAfter(
  transcript: TurnState["userTranscript"],
  { inputTranscription, generationComplete }: ServerContent,
  { inputTranscript }: Pick<TranslationContext, "inputTranscript">,
): TurnState["userTranscript"] {
  if (!inputTranscription?.text)
    return generationComplete ? finalTranscript(transcript) : transcript;
  if (inputTranscript === "deltas" && !inputTranscription.finished) return "partial";
  return transcript === "partial" ? "final" : "whole";
}

const finalTranscript = (transcript: TurnState["userTranscript"]): TurnState["userTranscript"] =>
  transcript === "partial" ? "final" : transcript;

/** Results of tools, and requests for approval and the decisions on them. A decided call is pending until it responds. */
function afterPublish(turn: TurnState, event: EventBody, now: number): TurnState {
  const parts = event.content?.parts ?? [];
  const responses = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  const approvals = Object.keys(event.actions?.requestedToolConfirmations ?? {});
  if (responses.length === 0 && approvals.length === 0) return turn;
  const comments =
    !isAbort(event) &&
    responses.some(
      ({ willContinue, scheduling }) => willContinue !== true && `${scheduling}` !== "SILENT",
    );
  return {
    ...withoutCalls(
      deferring(turn, approvals),
      idsOf(responses.filter(({ name }) => name !== confirmationFunction)),
    ),
    followUpSince: comments ? now : turn.followUpSince,
  };
}

/** The calls under way respond later, and the turn that follows does not wait for them. */
const cutShort = (turn: TurnState, now: number): TurnState => ({
  ...deferring(turn, turn.pendingCalls),
  userTranscript: finalTranscript(turn.userTranscript),
  interruptedAt: now,
  followUpSince: undefined,
});

/** Input that interrupted the answer still awaits its own: the `turnComplete` is of the turn that it interrupted. */
const complete = (turn: TurnState): TurnState => ({
  ...turn,
  ...noAnswer,
  open: false,
  userTranscript: finalTranscript(turn.userTranscript),
  awaitingSince: turn.interruptedAt === undefined ? undefined : turn.awaitingSince,
  interruptedAt: undefined,
  settled:
    turn.interruptedAt !== undefined ||
    (turn.followUpSince === undefined && awaitedCalls(turn).length === 0),
});

/** The answer itself is awaited from now on. */
const completeFiller = (turn: TurnState, now: number): TurnState => ({
  ...turn,
  phase: "thinking",
  userTranscript: finalTranscript(turn.userTranscript),
  awaitingSince: now,
  settled: false,
});

/** A new session does not know deferred calls, and answers only what is sent to it. */
const withNewSession = (turn: TurnState, now: number): TurnState => ({
  ...withoutSession(turn),
  pendingCalls: awaitedCalls(turn),
  speechSince: turn.speechSince === undefined ? undefined : now,
});

const withoutSession = (turn: TurnState): TurnState => ({
  ...turn,
  ...noAnswer,
  userTranscript: "none",
  awaitingSince: undefined,
  deferredCalls: [],
});

const noAnswer = {
  phase: "idle",
  answerStarted: false,
  playedUntil: 0,
  wordlessMs: 0,
  isTone: false,
} as const;

function withCalls(
  turn: TurnState,
  { toolCall }: ServerMessage,
  { longRunning }: Pick<TranslationContext, "longRunning">,
): TurnState {
  const calls = toolCall?.functionCalls ?? [];
  if (calls.length === 0) return turn;
  const made = { ...turn, pendingCalls: [...new Set([...turn.pendingCalls, ...idsOf(calls)])] };
  return deferring(made, idsOf(calls.filter(({ name }) => longRunning.includes(name ?? ""))));
}

function withoutCalls(turn: TurnState, ids: readonly string[]): TurnState {
  if (ids.length === 0) return turn;
  const left = (calls: readonly string[]): readonly string[] =>
    calls.filter((id) => !ids.includes(id));
  return {
    ...turn,
    pendingCalls: left(turn.pendingCalls),
    deferredCalls: left(turn.deferredCalls),
  };
}

const deferring = (turn: TurnState, ids: readonly string[]): TurnState => ({
  ...turn,
  deferredCalls: turn.pendingCalls.filter(
    (id) => turn.deferredCalls.includes(id) || ids.includes(id),
  ),
});

/** The length of a message's audio in ms, by the length of its base64. */
function audioMsOf({ modelTurn }: ServerContent): number {
  let characters = 0;
  for (const { inlineData } of modelTurn?.parts ?? [])
    if (inlineData?.mimeType?.startsWith("audio/")) characters += inlineData.data?.length ?? 0;
  return (characters * 3) / 4 / (speakerSampleRate / 500);
}

const idsOf = (calls: readonly { readonly id?: string }[] = []): string[] =>
  calls.flatMap(({ id }) => (id ? [id] : []));

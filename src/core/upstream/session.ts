/** A session: how it begins, whether it is idle, whether the model responds, and what it leaves to the next one. */
import { parseDurationMs } from "../../wire/duration.ts";
import type { ServerMessage } from "../../wire/live-api.ts";
import { answerTimeoutMs, type TurnState } from "../turn-state.ts";
import { asksForComment, audioOf, withResponsesAsText, type UpstreamMessage } from "./encoding.ts";
import type {
  BetweenSessions,
  InSession,
  Retransmission,
  StepContext,
  UpstreamEffect,
  UpstreamRules,
  UpstreamState,
  UpstreamStep,
} from "./fsm-types.ts";
import { PendingQueue } from "./pending-queue.ts";
import { RetransmitBuffer } from "./retransmit-buffer.ts";
import { hasAudio, withAudio, withMark, type UtteranceBuffer } from "./utterance-buffer.ts";

export type Session = UpstreamState<"open" | "draining">;

/** The session is ready: it gets the history it lacks, and then the pending queue. */
export function openSession(
  {
    handle,
    unanswered,
    stalledAt,
    failures,
    pending,
    retransmission,
    parkAt,
  }: UpstreamState<"connecting">,
  { now, rules }: StepContext,
): UpstreamStep {
  const resumed = handle !== undefined;
  const repeats = resumed ? retransmission : undefined;
  const known = resumed ? pending.messages : withResponsesAsText(pending.messages, rules.nudge);
  const messages = repeats ? retransmittedFirst(repeats, known) : known;
  return [
    {
      state: "open",
      handle,
      failures,
      openedAt: now,
      parkAt: parkAt === undefined ? undefined : now + rules.lingerMs,
      toolsRunning: false,
      lastActivityAt: now,
      utterance: utteranceOf(pending, rules),
      responses: messages.filter(asksForComment),
      unverified: resumed,
      retransmitBuffer: rules.transparent ? recorded(messages, rules) : undefined,
      handleStale: false,
    },
    [
      {
        type: "sendHistory",
        resumed,
        unanswered: unanswered && !repeats?.messages.some(isText),
        // A model that gets its input again answers that, and so does one that gets a tool's response again.
        stalledAt:
          repeats?.messages.length || messages.some(asksForComment) ? undefined : stalledAt,
      },
      ...messages.map((message) => ({ type: "send" as const, message })),
    ],
  ];
}

/** Messages that were sent before come first, and once. */
const retransmittedFirst = (
  { messages, replaces }: Retransmission,
  pending: readonly UpstreamMessage[],
): readonly UpstreamMessage[] => [
  ...messages,
  ...pending.filter((message) => !replaces.includes(message)),
];

function recorded(
  messages: readonly UpstreamMessage[],
  { maxRetransmitBytes }: UpstreamRules,
): RetransmitBuffer {
  const buffer = new RetransmitBuffer(maxRetransmitBytes);
  for (const message of messages) buffer.record(message);
  return buffer;
}

/** The audio and the marks that were queued before there was a session. */
const utteranceOf = (
  { messages }: PendingQueue,
  { maxUtteranceBytes }: UpstreamRules,
): UtteranceBuffer | undefined =>
  messages.reduce<UtteranceBuffer | undefined>((utterance, message) => {
    const audio = audioOf(message);
    return audio
      ? withAudio(utterance, audio.pcm, audio.rate, maxUtteranceBytes)
      : withMark(utterance, message, maxUtteranceBytes);
  }, undefined);

/** When a session needs a timer event. */
export const sessionDeadlines = (
  state: Session,
  rules: UpstreamRules,
  turn: TurnState,
): readonly (number | undefined)[] => [
  state.parkAt,
  state.state === "draining" ? state.deadline : undefined,
  state.toolsRunning ? undefined : state.lastActivityAt + rules.idleTimeoutMs,
  stallOf(state, rules, turn)?.at,
];

/** The part of a session that the next attempt takes over. */
export function attemptAfter(state: Session, turn: TurnState): BetweenSessions {
  const { handle, parkAt, failures, responses, utterance, retransmitBuffer } = state;
  const messages = [...responses, ...(utterance?.messages ?? [])];
  return {
    handle,
    parkAt,
    failures,
    unanswered: isUnanswered(state, turn),
    stalledAt: undefined,
    pending: new PendingQueue(messages),
    retransmission: retransmitBuffer && {
      messages: retransmitBuffer.messages,
      replaces: messages,
    },
  };
}

/** Whether the user is silent, nothing is thought, generated or played, and no answer or tool response is due. */
export function isIdle(state: InSession, { now, turn }: StepContext): boolean {
  const since = unansweredSince(state, turn);
  return (
    !isAnswering(turn) &&
    turn.phase !== "thinking" &&
    turn.speechSince === undefined &&
    (since === undefined || now - since >= answerTimeoutMs) &&
    turn.pendingCalls.length === 0
  );
}

/** Whether the model's answer is being generated or played. */
export const isAnswering = ({ phase }: TurnState): boolean =>
  phase === "generating" || phase === "playing";

/** Whether the user's input has no answer yet. */
const isUnanswered = (state: InSession, turn: TurnState): boolean =>
  unansweredSince(state, turn) !== undefined;

/** A fault of a session whose socket stays open. */
export interface Stall {
  /** When the session is given up if nothing more comes, in ms. */
  readonly at: number;
  /**
   * `deaf`: the model shows no sign that it hears; `silent`: it has heard, and does not answer; `brokenOff`: its answer
   * stops in the middle, or is no speech any more; `unended`: its answer is whole, and has no end.
   */
  readonly kind: "deaf" | "silent" | "brokenOff" | "unended";
}

/** The stall that is next, or has come; undefined while there is no sign of one. */
export const stallOf = (
  state: InSession,
  rules: UpstreamRules,
  turn: TurnState,
): Stall | undefined => stallInAnswer(rules, turn) ?? stallBeforeAnswer(state, rules, turn);

/** While a call is pending the model may wait for it, and the answer that a client interrupted is not missed. */
function stallInAnswer(rules: UpstreamRules, turn: TurnState): Stall | undefined {
  const { phase, isTone, open, lastSignAt, playedUntil, respondedAt, pendingCalls } = turn;
  if (turn.interruptedAt !== undefined) return undefined;
  if (isTone && open) return { at: lastSignAt, kind: "brokenOff" };
  if (!isAnswering(turn) || pendingCalls.length > 0 || turn.speechSince !== undefined)
    return undefined;
  // Before the first sound the model thinks, perhaps aloud.
  const pauseMs = playedUntil > 0 ? rules.pauseTimeoutMs : rules.answerTimeoutMs;
  const at = Math.max(lastSignAt, playedUntil, respondedAt) + pauseMs;
  return { at, kind: phase === "playing" || !open ? "unended" : "brokenOff" };
}

function stallBeforeAnswer(
  state: InSession,
  rules: UpstreamRules,
  turn: TurnState,
): Stall | undefined {
  if (state.failures.unresponsive === 2) return undefined;
  const { speechSince, lastSignAt, awaitingSince, respondedAt, hasWords } = turn;
  if (speechSince !== undefined)
    return rules.speechSignTimeoutMs !== undefined && lastSignAt < speechSince
      ? { at: speechSince + rules.speechSignTimeoutMs, kind: "deaf" }
      : undefined;
  const since = unansweredSince(state, turn);
  // A model may keep input until its calls have their responses.
  if (since === undefined || turn.pendingCalls.length > 0) return undefined;
  // A model that text does not interrupt speaks on, in its own mind, before it attends to the next input.
  const busyUntil = turn.interruptedAt === undefined ? 0 : turn.playedUntil;
  if (lastSignAt < since || state.unverified)
    return { at: Math.max(since, respondedAt, busyUntil) + rules.responseTimeoutMs, kind: "deaf" };
  // A model that said so may think for minutes.
  return awaitingSince !== undefined && hasWords && turn.phase !== "thinking"
    ? { at: Math.max(lastSignAt, respondedAt) + rules.answerTimeoutMs, kind: "silent" }
    : undefined;
}

/** Since when input has no answer: since it ended, or since this session got an utterance that an earlier one lost. */
function unansweredSince(
  { utterance, openedAt, unverified }: InSession,
  { awaitingSince, speechSince, lastSignAt }: TurnState,
): number | undefined {
  if (awaitingSince !== undefined) return awaitingSince;
  if (!hasAudio(utterance) || speechSince !== undefined) return undefined;
  return lastSignAt < openedAt || unverified ? openedAt : undefined;
}

/** When the upstream will close, in ms. */
export const closeTimeOf = (
  { timeLeft }: NonNullable<ServerMessage["goAway"]>,
  now: number,
): number => now + parseDurationMs(timeLeft ?? "0s");

/** How an answer ends that the model will not finish; there is nothing to end where none has begun. */
export const endTurn = (turn: TurnState): UpstreamEffect[] =>
  isAnswering(turn) ? [endTurnEffect(turn)] : [];

export const endTurnEffect = ({ phase }: TurnState): UpstreamEffect =>
  phase === "playing" ? { type: "completeTurn" } : { type: "interruptTurn" };

const isText = ({ kind }: UpstreamMessage): boolean => kind === "text";

/** A session: how it begins, whether it is idle, whether the model responds, and what it leaves to the next one. */
import { parseDurationMs } from "../../wire/duration.ts";
import type { ServerMessage } from "../../wire/live-api.ts";
import { answerTimeoutMs, type TurnState } from "../turn-state.ts";
import {
  asksForComment,
  totalBytes,
  withResponsesAsText,
  type UpstreamMessage,
} from "./encoding.ts";
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
import {
  newRetransmitBuffer,
  recordSent,
  unacknowledgedMessages,
  type RetransmitBuffer,
} from "./retransmit-buffer.ts";
import { utteranceOf } from "./utterance-buffer.ts";

export type Session = UpstreamState<"open" | "draining">;

/** The session is ready: it gets the history it lacks, and then the pending queue. */
export function openSession(
  { handle, unanswered, failures, pending, retransmission, parkAt }: UpstreamState<"connecting">,
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
      utterance: utteranceOf(pending, rules.maxUtteranceBytes),
      responses: messages.filter(asksForComment),
      unverified: resumed,
      retransmitBuffer: rules.transparent
        ? messages.reduce(recordWithin(rules), newRetransmitBuffer)
        : undefined,
      handleStale: false,
    },
    [
      {
        type: "sendHistory",
        resumed,
        unanswered: unanswered && !repeats?.messages.some(isText),
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

const recordWithin =
  ({ maxRetransmitBytes }: UpstreamRules) =>
  (buffer: RetransmitBuffer, message: UpstreamMessage): RetransmitBuffer =>
    recordSent(buffer, message, maxRetransmitBytes);

/** When a session needs a timer event. */
export const sessionDeadlines = (
  state: Session,
  rules: UpstreamRules,
  turn: TurnState,
): readonly (number | undefined)[] => [
  state.parkAt,
  state.state === "draining" ? state.deadline : undefined,
  state.toolsRunning ? undefined : state.lastActivityAt + rules.idleTimeoutMs,
  unresponsiveAt(state, rules, turn),
];

/** The part of a session that the next attempt takes over. */
export const attemptAfter = (state: Session, turn: TurnState): BetweenSessions => ({
  handle: state.handle,
  parkAt: state.parkAt,
  failures: state.failures,
  unanswered: isUnanswered(state, turn),
  pending: {
    messages: [...state.responses, ...state.utterance.messages],
    bytes: totalBytes(state.responses) + state.utterance.bytes,
  },
  retransmission: retransmissionOf(state),
});

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

/** When the model is taken to be deaf, in ms; undefined while there is no sign of that. */
export function unresponsiveAt(
  state: InSession,
  rules: UpstreamRules,
  turn: TurnState,
): number | undefined {
  if (state.failures.unresponsive === 2) return undefined;
  const { speechSince, lastSignAt } = turn;
  if (speechSince !== undefined)
    return rules.speechSignTimeoutMs !== undefined && lastSignAt < speechSince
      ? speechSince + rules.speechSignTimeoutMs
      : undefined;
  const since = unansweredSince(state, turn);
  if (since === undefined) return undefined;
  return lastSignAt < since || state.unverified ? since + rules.responseTimeoutMs : undefined;
}

/** Since when input has no answer: since it ended, or since this session got an utterance that an earlier one lost. */
function unansweredSince(
  { utterance, openedAt, unverified }: InSession,
  { awaitingSince, speechSince, lastSignAt }: TurnState,
): number | undefined {
  if (awaitingSince !== undefined) return awaitingSince;
  if (utterance.bytes === 0 || speechSince !== undefined) return undefined;
  return lastSignAt < openedAt || unverified ? openedAt : undefined;
}

/** When the upstream will close, in ms. */
export const closeTimeOf = (
  { timeLeft }: NonNullable<ServerMessage["goAway"]>,
  now: number,
): number => now + parseDurationMs(timeLeft ?? "0s");

/** Messages that must be sent again if the session is resumed. */
const retransmissionOf = ({
  retransmitBuffer,
  utterance,
  responses,
}: InSession): Retransmission | undefined =>
  retransmitBuffer && {
    messages: unacknowledgedMessages(retransmitBuffer),
    replaces: [...responses, ...utterance.messages],
  };

/** How an answer ends that the model will not finish; there is nothing to end where none has begun. */
export const endTurn = (turn: TurnState): UpstreamEffect[] =>
  isAnswering(turn) ? [endTurnEffect(turn)] : [];

export const endTurnEffect = ({ phase }: TurnState): UpstreamEffect =>
  phase === "playing" ? { type: "completeTurn" } : { type: "interruptTurn" };

const isText = ({ kind }: UpstreamMessage): boolean => kind === "text";

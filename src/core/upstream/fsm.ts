/**
 * The upstream connection's state machine, as a value.
 *
 *         clientJoined, send        setupComplete          goAway
 *   parked ──────────────► connecting ─────────────► open ────────► draining
 *     ▲                     ▲  │                      │ │            │  │
 *     │         retryAt     │  │ lost                 │ │ lost       │  │ idle, or deadline:
 *     │                     │  ▼                      │ ▼            │  │ closeSocket, then connect
 *     │                    backoff ◄──────────────────┴──────────────┘  │
 *     │                     ▲  │ lost too often, or no retry helps      │
 *     │                     │  ▼                                        │
 *     │                     │ ended ──► connecting, at the first input after the cooldown
 *     │                     └───────────────────────────────────────────┘
 *     └── no client, or idle
 *
 *   queued: in place of connecting, while the service's sessions are all in use (`rules.admitted`).
 *
 * `step` is the only way it changes. It does no I/O and reads no clock: effects come back, in order, for the Durable
 * Object to carry out. `nextDeadline` says when the next timer event is due. The turn is not the FSM's: it is passed in.
 *
 * This file: the table, and the transitions of a session that is on (open, draining). fsm-connect.ts has the others.
 */
import type { ServerMessage } from "../../wire/live-api.ts";
import type { AudioInput } from "../client-request.ts";
import { answerBrokenOff, classifyLoss, type UpstreamFailure } from "./close-reasons.ts";
import {
  backOff,
  backoffTransitions,
  closeSocketThen,
  connectingTransitions,
  deadlinesBetween,
  endedTransitions,
  firstAttempt,
  forgetHandle,
  forgetHandleEffects,
  onConnectionLost,
  parkedTransitions,
  queuedTransitions,
  startConnecting,
} from "./fsm-connect.ts";
import {
  noFailures,
  parked,
  parkedWith,
  type BetweenSessions,
  type EventName,
  type FailureCounts,
  type StallPrompt,
  type StateName,
  type StepContext,
  type Transitions,
  type TransitionTable,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamRules,
  type UpstreamState,
  type UpstreamStep,
} from "./fsm-types.ts";
import {
  attemptAfter,
  closeTimeOf,
  endTurn,
  endTurnEffect,
  isAnswering,
  isIdle,
  sessionDeadlines,
  stallOf,
  type Session,
  type Stall,
} from "./session.ts";
import { isModelOutput, isSignOfLife, showsUnderstanding, type TurnState } from "../turn-state.ts";
import { asksForComment, audioOf } from "./encoding.ts";
import { hasAudio, withAudio, withMark } from "./utterance-buffer.ts";

const sessionTransitions: Transitions<"open"> & Transitions<"draining"> = {
  clientJoined: (state: Session) => [{ ...state, parkAt: undefined }, []],
  lastClientLeft: (state: Session, _: unknown, { now, rules }: StepContext) => [
    { ...state, parkAt: now + rules.lingerMs },
    [],
  ],
  send,
  speech: (state: Session, { on }: UpstreamEvent<"speech">, { now }: StepContext) => {
    if (on) state.utterance?.markOnset();
    return [{ ...state, lastActivityAt: now }, []];
  },
  toolsRunning: (state: Session, { on }: UpstreamEvent<"toolsRunning">, { now }: StepContext) => [
    { ...state, toolsRunning: on, lastActivityAt: now },
    [],
  ],
  socketOpened: (state: Session) => [state, []],
  serverMessage: onServerMessage,
  socketClosed: (state: Session, { reason }: UpstreamEvent<"socketClosed">, context: StepContext) =>
    onSessionLost(state, classifyLoss(reason, hasPendingCalls(context)), context),
  inputAborted: (state: Session) => [state, []],
  admitted: (state: Session) => [state, []],
  agentChanged: (state: Session, _: unknown, context: StepContext) => {
    const { failures, parkAt } = state;
    const attempt = { ...firstAttempt, handle: undefined, unanswered: true, failures, parkAt };
    const [next, effects] = startConnecting(attempt, context);
    return closeSocketThen([next, [...forgetHandleEffects(state), ...effects]]);
  },
  end: (state: Session, _: unknown, { turn }: StepContext) => {
    const [next, effects] = forgetHandle({ ...parked, handle: state.handle });
    return [next, [endTurnEffect(turn), { type: "closeSocket" }, ...effects]];
  },
  timer: onTimer,
};

const table: TransitionTable = {
  parked: parkedTransitions,
  connecting: connectingTransitions,
  backoff: backoffTransitions,
  queued: queuedTransitions,
  open: sessionTransitions,
  draining: sessionTransitions,
  ended: endedTransitions,
};

/** @param turn the conversation's turn, after the event. */
export function step<S extends StateName, E extends EventName>(
  state: UpstreamState<S>,
  event: UpstreamEvent<E>,
  now: number,
  rules: UpstreamRules,
  turn: TurnState,
): UpstreamStep {
  const row: Transitions<S> = table[state.state];
  const transition: Transitions<S>[E] = row[event.type];
  return transition(state, event, { now, rules, turn });
}

/** When the next timer event is due, in ms; undefined when none is. */
export function nextDeadline(
  state: UpstreamState,
  rules: UpstreamRules,
  turn: TurnState,
): number | undefined {
  const times = deadlinesOf(state, rules, turn).filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function deadlinesOf(
  state: UpstreamState,
  rules: UpstreamRules,
  turn: TurnState,
): readonly (number | undefined)[] {
  switch (state.state) {
    case "connecting":
    case "backoff":
    case "queued":
      return deadlinesBetween(state, rules);
    case "open":
    case "draining":
      return sessionDeadlines(state, rules, turn);
    default:
      return [];
  }
}

function send(
  state: Session,
  { message, seed }: UpstreamEvent<"send">,
  { now, rules, turn }: StepContext,
): UpstreamStep {
  const effects: readonly UpstreamEffect[] = [{ type: "send", message }];
  const audio = audioOf(message);
  if (audio) return [recordAudio(state, audio, now, rules, turn), effects];
  if (seed) state.retransmitBuffer?.recordSeed(message);
  else state.retransmitBuffer?.record(message);
  const asks = message.kind === "text" && asksForComment(message);
  return [
    {
      ...state,
      lastActivityAt: now,
      utterance: withMark(state.utterance, message, rules.maxUtteranceBytes),
      responses: asks ? [...state.responses, message] : state.responses,
    },
    effects,
  ];
}

/**
 * Keeps microphone audio that is sent to a session which is on: a `send` whose message need not be made.
 * @returns the state, which is the same one for most frames.
 */
export function recordAudio(
  state: Session,
  { pcm, rate }: Pick<AudioInput, "pcm" | "rate">,
  now: number,
  { maxUtteranceBytes }: UpstreamRules,
  { speechSince }: TurnState,
): Session {
  const isKept = speechSince !== undefined || hasAudio(state.utterance);
  const utterance = isKept
    ? withAudio(state.utterance, pcm, rate, maxUtteranceBytes)
    : state.utterance;
  state.retransmitBuffer?.recordAudio(pcm, rate);
  const lastActivityAt = activityAt(state, now);
  return utterance === state.utterance && lastActivityAt === state.lastActivityAt
    ? state
    : { ...state, utterance, lastActivityAt };
}

/** A session parks after a minute: audio, which comes fifty times a second, moves that once a second. */
export const activityStepMs = 1_000;

const activityAt = ({ lastActivityAt }: Session, now: number): number =>
  now - lastActivityAt < activityStepMs ? lastActivityAt : now;

function onServerMessage(
  state: Session,
  { message }: UpstreamEvent<"serverMessage">,
  context: StepContext,
): UpstreamStep {
  if (message.error)
    return closeSocketThen(
      onSessionLost(
        state,
        classifyLoss(message.error.message ?? "", hasPendingCalls(context)),
        context,
      ),
    );
  const { now, rules, turn } = context;
  const next = sessionAfter(state, message, now, turn);
  const { handle } = next;
  const stored: UpstreamEffect[] = handle === state.handle ? [] : [{ type: "storeHandle", handle }];
  const closesAt = message.goAway && closeTimeOf(message.goAway, now);
  const [after, effects] = reconnectIfIdle(
    closesAt === undefined
      ? next
      : { ...next, state: "draining", deadline: closesAt - rules.drainMarginMs },
    context,
  );
  return [after, [...stored, ...effects]];
}

/**
 * A session after a message of the model: all that a message with nothing but audio changes in one that is open.
 * @returns the same session where nothing changes, as by most audio.
 */
export function sessionAfter(
  state: Session,
  message: ServerMessage,
  now: number,
  { speechSince }: TurnState,
): Session {
  const update = message.sessionResumptionUpdate;
  const renewed = update?.resumable === true && Boolean(update.newHandle);
  if (renewed) state.retransmitBuffer?.acknowledge(update.lastConsumedClientMessageIndex);
  const handle = renewed ? update.newHandle : state.handle;
  const handleStale = update ? !renewed : state.handleStale;
  const alive = isSignOfLife(message);
  const outputs = isModelOutput(message);
  const unverified = state.unverified && !outputs;
  const responses = outputs && state.responses.length > 0 ? [] : state.responses;
  const failures = alive && !unverified ? failuresAfter(state.failures, message) : state.failures;
  const utterance = showsUnderstanding(message)
    ? state.utterance?.understood(speechSince !== undefined)
    : state.utterance;
  const activeAt = outputs ? activityAt(state, now) : now;
  const lastActivityAt = alive ? activeAt : state.lastActivityAt;
  const isSame =
    handle === state.handle &&
    handleStale === state.handleStale &&
    unverified === state.unverified &&
    responses === state.responses &&
    failures === state.failures &&
    utterance === state.utterance &&
    lastActivityAt === state.lastActivityAt;
  if (isSame) return state;
  const changes = { handle, handleStale, unverified, responses, failures, utterance };
  return { ...state, ...changes, lastActivityAt };
}

/** The model is alive; an answer that comes to its end is whole. */
function failuresAfter(failures: FailureCounts, { serverContent }: ServerMessage): FailureCounts {
  const isWhole = Boolean(serverContent?.turnComplete || serverContent?.generationComplete);
  if (failures.unresponsive === 0 && (failures.brokenOff === 0 || !isWhole)) return failures;
  return { ...failures, unresponsive: 0, brokenOff: isWhole ? 0 : failures.brokenOff };
}

function onTimer(state: Session, _: unknown, context: StepContext): UpstreamStep {
  const { now, rules, turn } = context;
  if (state.parkAt !== undefined && now >= state.parkAt) return park(state, turn);
  if (state.state === "draining" && now >= state.deadline) return reconnect(state, context);
  const stall = stallOf(state, rules, turn);
  if (stall && now >= stall.at) return onStall(state, stall, context);
  if (!state.toolsRunning && now - state.lastActivityAt >= rules.idleTimeoutMs)
    return park(state, turn);
  return reconnectIfIdle(state, context);
}

/** Until the next input. An answer under way ends first, so that its transcript is recorded. */
const park = (state: Session, turn: TurnState): UpstreamStep => [
  parkedWith(state.handle, false),
  [endTurnEffect(turn), { type: "closeSocket" }],
];

/** Everything flows on the old connection until the first real pause. */
function reconnectIfIdle(state: Session, context: StepContext): UpstreamStep {
  if (state.state !== "draining") return [state, []];
  const ready = isIdle(state, context) && !state.handleStale;
  return context.now >= state.deadline || ready ? reconnect(state, context) : [state, []];
}

/** Closes the old socket, then opens the new one: with both open, the service refuses the new one. */
function reconnect(state: UpstreamState<"draining">, context: StepContext): UpstreamStep {
  const [next, effects] = startConnecting(
    { ...attemptAfter(state, context.turn), failures: noFailures },
    context,
  );
  return [next, [...endTurn(context.turn), { type: "closeSocket" }, ...effects]];
}

/** The connection of a session is lost; speech that the model had not understood is sent again. */
function onSessionLost(
  state: Session,
  failure: UpstreamFailure,
  context: StepContext,
): UpstreamStep {
  const { now, rules, turn } = context;
  const stable = now - state.openedAt >= rules.stableMs;
  const failures = stable
    ? { ...noFailures, unresponsive: state.failures.unresponsive }
    : state.failures;
  const cause = failure.cause === "conflict" ? undefined : failure.cause;
  const attempt = afterMuteSession(state, { ...attemptAfter(state, turn), failures });
  const [next, effects] = onConnectionLost(attempt, { ...failure, cause }, context);
  const forgotten = attempt.handle === state.handle ? [] : forgetHandleEffects(state);
  const cut = turn.phase === "generating" && next.state !== "ended";
  const published: UpstreamEffect[] = cut ? [{ type: "publishError", error: failure.error }] : [];
  // The service does not give back an idle session at once.
  const delayed =
    next.state === "backoff" && state.handle !== undefined && !isAnswering(turn)
      ? { ...next, retryAt: Math.max(next.retryAt, now + rules.conflictDelayMs) }
      : next;
  return [delayed, [...endTurn(turn), ...published, ...forgotten, ...effects]];
}

/**
 * A resumed session that ends instead of answering, twice in a row, cannot answer: its window is full, say. The next one
 * must not be the same.
 */
function afterMuteSession({ unverified }: Session, attempt: BetweenSessions): BetweenSessions {
  if (!unverified || !attempt.unanswered || attempt.handle === undefined) return attempt;
  const unresponsive = attempt.failures.unresponsive === 0 ? 1 : 2;
  return {
    ...attempt,
    failures: { ...attempt.failures, unresponsive },
    handle: unresponsive === 2 ? undefined : attempt.handle,
  };
}

const hasPendingCalls = ({ turn }: StepContext): boolean => turn.pendingCalls.length > 0;

/** A session that stalls is given up; the next one is asked for the answer, or for the rest of it. */
function onStall(state: Session, { kind }: Stall, context: StepContext): UpstreamStep {
  switch (kind) {
    case "brokenOff":
      return onBrokenOff(state, context);
    case "unended":
      return replaceSession(state, { resumes: true }, context);
    case "silent":
    case "deaf":
      return onUnresponsive(state, kind === "silent" ? "answer" : undefined, context);
  }
}

/** The model does not respond: the session is resumed once, then replaced, then left alone until there is a sign. */
function onUnresponsive(
  state: Session,
  stalledAt: StallPrompt | undefined,
  context: StepContext,
): UpstreamStep {
  const resumes = state.failures.unresponsive === 0;
  return replaceSession(state, { resumes, stalledAt, unresponsive: resumes ? 1 : 2 }, context);
}

/**
 * The answer breaks off: the model is asked for the rest by the same session, then by another one, and no third time. Of
 * an answer that had only calls nothing is cut off: clients see nothing but time.
 */
function onBrokenOff(state: Session, context: StepContext): UpstreamStep {
  const { brokenOff } = state.failures;
  if (brokenOff < 2) {
    const change = { resumes: brokenOff === 0, brokenOff: brokenOff === 0 ? 1 : 2 } as const;
    const hasWords = context.turn.answerStarted;
    const stall = { goesOn: !hasWords, stalledAt: hasWords ? "rest" : "answer" } as const;
    return replaceSession(state, { ...change, ...stall }, context);
  }
  const [next, effects] = replaceSession(state, { resumes: false, brokenOff: 0 }, context);
  return [next, [...effects, { type: "publishError", error: answerBrokenOff() }]];
}

interface Replacement {
  /** Whether the session is resumed, if it can be: a session that was resumed and did not speak cannot. */
  readonly resumes: boolean;
  readonly stalledAt?: StallPrompt | undefined;
  /** Whether the turn goes on with no interruption: its answer has not begun. */
  readonly goesOn?: boolean;
  readonly unresponsive?: FailureCounts["unresponsive"];
  readonly brokenOff?: FailureCounts["brokenOff"];
}

/** Closes the socket of a session that stalls, and connects again. Unconfirmed messages are sent again as after a loss. */
function replaceSession(
  state: Session,
  { resumes, stalledAt, goesOn = false, ...counts }: Replacement,
  { now, rules, turn }: StepContext,
): UpstreamStep {
  const { failures, handle } = state;
  const resumed = resumes && handle !== undefined && !state.unverified;
  const unresponsive = counts.unresponsive === 1 && !resumed ? 2 : counts.unresponsive;
  const [next, effects] = backOff(
    {
      ...attemptAfter(state, turn),
      stalledAt,
      handle: resumed ? handle : undefined,
      failures: { ...failures, ...counts, ...(unresponsive !== undefined && { unresponsive }) },
    },
    now + rules.conflictDelayMs,
  );
  const forgotten = resumed ? [] : forgetHandleEffects(state);
  const ended = goesOn ? [] : endTurn(turn);
  return [next, [...ended, { type: "closeSocket" }, ...forgotten, ...effects]];
}

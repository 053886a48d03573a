/** Transitions of the upstream FSM while no session is on: how it connects, retries, parks and gives up. */
import { clientError, rateLimited, type ClientError } from "../errors.ts";
import {
  classifyFailedAttempt,
  upstreamUnreachable,
  type UpstreamFailure,
} from "./close-reasons.ts";
import type { UpstreamMessage } from "./encoding.ts";
import {
  noFailures,
  parked,
  parkedWith,
  type BetweenSessions,
  type StepContext,
  type Transitions,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamRules,
  type UpstreamState,
  type UpstreamStep,
} from "./fsm-types.ts";
import { emptyQueue, enqueue, PendingQueue } from "./pending-queue.ts";
import { openSession } from "./session.ts";

type Between = UpstreamState<"connecting" | "backoff" | "queued">;

const unchanged = (state: UpstreamState): UpstreamStep => [state, []];

/** A row that ignores all events; each state spreads it and overrides the events that it handles. */
const ignored = {
  clientJoined: unchanged,
  lastClientLeft: unchanged,
  send: unchanged,
  speech: unchanged,
  toolsRunning: unchanged,
  socketOpened: unchanged,
  serverMessage: unchanged,
  socketClosed: unchanged,
  inputAborted: unchanged,
  admitted: unchanged,
  agentChanged: unchanged,
  end: unchanged,
  timer: unchanged,
};

/** The beginning of an attempt that follows no session and no other attempt. */
export const firstAttempt = {
  failures: noFailures,
  stalledAt: undefined,
  pending: emptyQueue,
  retransmission: undefined,
  parkAt: undefined,
};

export const parkedTransitions: Transitions<"parked"> = {
  ...ignored,
  clientJoined: (state, _, context) => startConnecting({ ...firstAttempt, ...state }, context),
  send: (state, { message }, context) => connectAndEnqueue(state, message, context),
  agentChanged: forgetHandle,
  end: forgetHandle,
};

const betweenTransitions: Transitions<"connecting"> &
  Transitions<"backoff"> &
  Transitions<"queued"> = {
  ...ignored,
  clientJoined: (state: Between) => [{ ...state, parkAt: undefined }, []],
  lastClientLeft: (state: Between, _: unknown, { now, rules }: StepContext) => [
    { ...state, parkAt: now + rules.lingerMs },
    [],
  ],
  send: (state: Between, { message }: UpstreamEvent<"send">, { rules }: StepContext) => {
    const pending = enqueue(state.pending, message, rules);
    if (!pending) return [state, [rejectedAsFull()]];
    return [pending === state.pending ? state : { ...state, pending }, []];
  },
  inputAborted: (state: Between) => [withoutInput(state), []],
};

/** Responses to calls stay: the model waits for them. */
function withoutInput(state: Between): Between {
  const { pending, retransmission } = state;
  const messages = pending.messages.filter((message) => !isTypedText(message));
  return {
    ...state,
    unanswered: false,
    stalledAt: undefined,
    pending: new PendingQueue(messages),
    retransmission: retransmission && {
      ...retransmission,
      messages: retransmission.messages.filter((message) => !isTypedText(message)),
    },
  };
}

export const connectingTransitions: Transitions<"connecting"> = {
  ...betweenTransitions,
  socketOpened: (state) => [state, [{ type: "sendSetup", handle: state.handle }]],
  serverMessage: (state, { message }, context) => {
    if (message.setupComplete) return openSession(state, context);
    return message.error
      ? closeSocketThen(
          onConnectionLost(state, classifyFailedAttempt(message.error.message ?? ""), context),
        )
      : unchanged(state);
  },
  socketClosed: (state, { reason, changed }, context) => {
    if (changed === "setup") return startConnecting(state, context);
    return changed === "model"
      ? connectWithoutHandle(state, context)
      : onConnectionLost(state, classifyFailedAttempt(reason), context);
  },
  agentChanged: (state, _, context) => closeSocketThen(connectWithoutHandle(state, context)),
  end: (state) => closeSocketThen(forgetHandle({ ...parked, handle: state.handle })),
  timer: (state, _, context) => {
    if (isParkDue(state, context)) return closeSocketThen(unchanged(parkedFrom(state)));
    return context.now >= state.deadline
      ? closeSocketThen(
          onConnectionLost(state, classifyFailedAttempt("no answer in time"), context),
        )
      : unchanged(state);
  },
};

export const backoffTransitions: Transitions<"backoff"> = {
  ...betweenTransitions,
  agentChanged: (state, _, context) => connectWithoutHandle(state, context),
  end: (state) => forgetHandle({ ...parked, handle: state.handle }),
  timer: (state, _, context) => {
    if (isParkDue(state, context)) return unchanged(parkedFrom(state));
    return context.now >= state.retryAt ? startConnecting(state, context) : unchanged(state);
  },
};

/** Input is queued as it is between two sessions, and a conversation without clients leaves the queue. */
export const queuedTransitions: Transitions<"queued"> = {
  ...betweenTransitions,
  admitted: (state, _, context) => startConnecting(state, context),
  agentChanged: (state) => forgetHandle(state),
  end: (state) => forgetHandle({ ...parked, handle: state.handle }),
  timer: (state, _, context) =>
    isParkDue(state, context) ? unchanged(parkedFrom(state)) : unchanged(state),
};

export const endedTransitions: Transitions<"ended"> = {
  ...ignored,
  clientJoined: (state, _, context) =>
    context.now >= state.retryAt
      ? startConnecting({ ...firstAttempt, ...state, unanswered: true }, context)
      : [state, [{ type: "rejectRequest", error: state.error }]],
  /**
   * An open microphone goes on by itself: its frames are dropped with no error for each, and connect again only where
   * a retry may help. Text always gets a response.
   */
  send: (state, { message }, context) => {
    const isText = message.kind === "text";
    if (context.now >= state.retryAt && (isText || state.error.action === "retry"))
      return connectAndEnqueue(parkedWith(state.handle, true), message, context);
    return isText ? [state, [{ type: "rejectRequest", error: state.error }]] : unchanged(state);
  },
  agentChanged: forgetHandle,
  end: (state) => forgetHandle({ ...parked, handle: state.handle }),
};

/** When the states without a session need a timer event. */
export function deadlinesBetween(
  state: Between,
  rules: UpstreamRules,
): readonly (number | undefined)[] {
  const parkAt = effectiveParkAt(state, rules);
  switch (state.state) {
    case "connecting":
      return [state.deadline, parkAt];
    case "backoff":
      return [state.retryAt, parkAt];
    case "queued":
      return [parkAt];
  }
}

export const closeSocketThen = ([state, effects]: UpstreamStep): UpstreamStep => [
  state,
  [{ type: "closeSocket" }, ...effects],
];

/** The session must not be resumed. */
export function forgetHandle(state: UpstreamState): UpstreamStep {
  return [{ ...state, handle: undefined }, forgetHandleEffects(state)];
}

export const forgetHandleEffects = ({ handle }: Pick<UpstreamState, "handle">): UpstreamEffect[] =>
  handle === undefined ? [] : [{ type: "storeHandle", handle: undefined }];

/** Connects now, or as soon as the relay may and there is a session. Takes over only the fields of an attempt. */
export function startConnecting(
  attempt: BetweenSessions,
  { now, rules }: StepContext,
): UpstreamStep {
  const { admitted, connectTimeoutMs, mayConnectAt } = rules;
  if (!admitted)
    return [
      { state: "queued", ...attemptOf(attempt) },
      [{ type: "requestAdmission", resumes: attempt.handle !== undefined }],
    ];
  if (now >= mayConnectAt)
    return [
      { state: "connecting", ...attemptOf(attempt), deadline: now + connectTimeoutMs },
      [{ type: "connect" }],
    ];
  const [state] = backOff(attempt, mayConnectAt);
  return [state, [{ type: "publishError", error: connectedTooOften(mayConnectAt - now) }]];
}

const connectedTooOften = (waitMs: number): ClientError =>
  rateLimited(
    "This conversation has connected to the model too often within a minute. What was said is kept, and goes on by itself",
    waitMs,
  );

/** Connects later. @param retryAt in ms. */
export const backOff = (attempt: BetweenSessions, retryAt: number): UpstreamStep => [
  { state: "backoff", ...attemptOf(attempt), retryAt },
  [],
];

const attemptOf = ({
  handle,
  unanswered,
  stalledAt,
  failures,
  pending,
  retransmission,
  parkAt,
}: BetweenSessions): BetweenSessions => ({
  handle,
  unanswered,
  stalledAt,
  failures,
  pending,
  retransmission,
  parkAt,
});

/** An attempt failed, or a session was lost. */
export function onConnectionLost(
  attempt: BetweenSessions,
  failure: UpstreamFailure,
  context: StepContext,
): UpstreamStep {
  const { now, rules } = context;
  const { handle, failures } = attempt;
  if (handle !== undefined && failure.cause === "handle")
    return connectWithoutHandle(attempt, context);
  if (handle !== undefined && failure.cause === "conflict")
    return retryAfterConflict(attempt, context);
  if (!failure.retryable) return giveUp(failure.error, attempt, context);
  if (failures.retries >= rules.maxRetries) return giveUp(upstreamUnreachable(), attempt, context);
  const [state, effects] = backOff(
    { ...attempt, failures: { ...failures, retries: failures.retries + 1 } },
    now + backoffDelayMs(failures.retries, rules),
  );
  // A single loss is a blip that no client needs to know of.
  return failures.retries === 1
    ? [state, [{ type: "publishError", error: failure.error }, ...effects]]
    : [state, effects];
}

/** A new session, for another agent or because the service rejects the handle. The pending queue waits for it. */
function connectWithoutHandle(attempt: BetweenSessions, context: StepContext): UpstreamStep {
  const [state, effects] = startConnecting({ ...attempt, handle: undefined }, context);
  return [state, [...forgetHandleEffects(attempt), ...effects]];
}

/** The service believes the old socket open. That mostly passes, and costs no retry. */
function retryAfterConflict(attempt: BetweenSessions, context: StepContext): UpstreamStep {
  const { now, rules } = context;
  const conflicts = attempt.failures.conflicts + 1;
  if (conflicts > rules.maxConflicts) return connectWithoutHandle(attempt, context);
  return backOff(
    { ...attempt, failures: { ...attempt.failures, conflicts } },
    now + rules.conflictDelayMs,
  );
}

const backoffDelayMs = (
  retries: number,
  { backoffMs: [first, longest], jitter }: UpstreamRules,
): number => Math.min(longest, first * 2 ** retries) * (0.8 + 0.4 * jitter);

const giveUp = (
  error: ClientError,
  { handle, pending }: BetweenSessions,
  { now, rules }: StepContext,
): UpstreamStep => [
  { state: "ended", error, retryAt: now + rules.cooldownMs, handle, parkAt: undefined },
  [{ type: "publishError", error: withUnsentCount(error, pending) }],
];

/** Text that was queued and never reached the model is reported. */
function withUnsentCount(error: ClientError, { messages }: PendingQueue): ClientError {
  const count = messages.filter(isText).length;
  if (count === 0) return error;
  const lost = count === 1 ? "One typed message" : `${count} typed messages`;
  return { ...error, message: `${error.message} ${lost} did not reach the model: send again.` };
}

function connectAndEnqueue(
  state: UpstreamState<"parked">,
  message: UpstreamMessage,
  context: StepContext,
): UpstreamStep {
  const pending = enqueue(emptyQueue, message, context.rules);
  return pending
    ? startConnecting({ ...firstAttempt, ...state, pending }, context)
    : [state, [rejectedAsFull()]];
}

const rejectedAsFull = (): UpstreamEffect => ({
  type: "rejectRequest",
  error: clientError(
    "BUFFER_FULL",
    "The model is not connected yet and no more can be held for it. What was held before is kept; this message was not: send it again when the conversation goes on.",
  ),
});

/** Text that waited is in the log, and the next session is asked for the answer. */
const parkedFrom = ({ handle, unanswered, pending }: Between): UpstreamState<"parked"> =>
  parkedWith(handle, unanswered || pending.messages.some(isText));

/** Text that waits must reach the model even when its sender has left; in the queue for a session, for a while. */
function effectiveParkAt(state: Between, rules: UpstreamRules): number | undefined {
  const { parkAt, pending } = state;
  if (parkAt === undefined || !pending.messages.some(isText)) return parkAt;
  return state.state === "queued" ? parkAt - rules.lingerMs + rules.queuedTextMs : undefined;
}

function isParkDue(state: Between, { now, rules }: StepContext): boolean {
  const at = effectiveParkAt(state, rules);
  return at !== undefined && now >= at;
}

const isText = ({ kind }: UpstreamMessage): boolean => kind === "text";

const isTypedText = (message: UpstreamMessage): boolean =>
  isText(message) && !("toolResponse" in message.payload);

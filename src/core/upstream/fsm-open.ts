/** A link in session: everything flows; when the service says goodbye, or goes deaf, the line is changed. */
import {
  closeTimeOf,
  afterServerMessage,
  isModelOutput,
  isIdle,
  afterSend,
  afterSpeech,
} from "./session-activity.ts";
import { emptyQueue } from "./pending-queue.ts";
import {
  startConnecting,
  forgetHandle,
  closeSocketThen,
  onConnectionLost,
  backOff,
} from "./fsm-connect.ts";
import {
  acknowledge,
  recordSent,
  recordSeed,
  unacknowledgedMessages,
} from "./retransmit-buffer.ts";
import {
  noFailures,
  parked,
  parkedWith,
  type Retransmission,
  type UpstreamEffect,
  type InSessionState,
  type DrainingState,
  type OpenState,
  type EventOf,
  type Transitions,
  type UpstreamRules,
  type UpstreamStep,
} from "./fsm-types.ts";
import { classifyClose, type UpstreamFailure } from "./close-reasons.ts";
import { append, markOnset, dropUnderstood } from "./utterance-buffer.ts";

type Session = OpenState | DrainingState;

/** What live and leaving links do at each happening. */
export const openTransitions: Transitions<"live"> & Transitions<"leaving"> = {
  join: (link: Session) => [{ ...link, parkAt: undefined }, []],
  "left alone": (link: Session, _: unknown, now: number, { lingerMs }: UpstreamRules) => [
    { ...link, parkAt: now + lingerMs },
    [],
  ],
  say,
  speech: (link: Session, { on }: EventOf<"speech">, now: number) => [
    {
      ...link,
      activity: afterSpeech(link.activity, on, now),
      utterance: on ? markOnset(link.utterance) : link.utterance,
    },
    [],
  ],
  working: (link: Session, { on }: EventOf<"working">, now: number) => [
    { ...link, activity: { ...link.activity, toolsRunning: on, lastActivityAt: now } },
    [],
  ],
  opened: (link: Session) => [link, []],
  heard,
  dropped: (link: Session, { reason }: EventOf<"dropped">, now: number, rules: UpstreamRules) =>
    onSocketClosed(link, classifyClose(reason), now, rules),
  renew: (link: Session, _: unknown, now: number, rules: UpstreamRules) => {
    const { failures, parkAt } = link;
    const [next, effects] = startConnecting(
      {
        handle: undefined,
        unanswered: true,
        ...speechOf(link),
        failures,
        parkAt,
        pending: emptyQueue,
        retransmission: undefined,
      },
      now,
      rules,
    );
    return closeSocketThen([next, [...forgetHandleEffects(link), ...effects]]);
  },
  end: (link: Session) => {
    const [next, effects] = forgetHandle({ ...parked, handle: link.handle });
    return [next, [endTurnEffect(link), { type: "hang up" }, ...effects]];
  },
  clock,
};

/** When a link in session next needs the clock. */
export function openDeadlines(
  link: Session,
  rules: UpstreamRules,
): readonly (number | undefined)[] {
  const { activity, parkAt } = link;
  return [
    parkAt,
    link.state === "leaving" ? link.deadline : undefined,
    activity.toolsRunning ? undefined : activity.lastActivityAt + rules.idleTimeoutMs,
    unresponsiveAt(link, rules),
  ];
}

function say(
  link: Session,
  { message: said, seed: ahead }: EventOf<"say">,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const { activity, utterance, retransmitBuffer } = link;
  const keeps =
    said.kind === "audio" && (activity.speechSince !== undefined || utterance.bytes > 0);
  return [
    {
      ...link,
      activity: afterSend(activity, said, now),
      utterance: keeps ? append(utterance, said, rules.maxUtteranceBytes) : utterance,
      retransmitBuffer:
        retransmitBuffer &&
        (ahead ? recordSeed : recordSent)(retransmitBuffer, said, rules.maxRetransmitBytes),
    },
    [{ type: "send", message: said }],
  ];
}

function heard(
  link: Session,
  { message }: EventOf<"heard">,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  if (message.error)
    return closeSocketThen(
      onSocketClosed(link, classifyClose(message.error.message ?? ""), now, rules),
    );
  const { newHandle, resumable, lastConsumedClientMessageIndex } =
    message.sessionResumptionUpdate ?? {};
  const renewed = resumable === true && Boolean(newHandle);
  const handle = renewed ? newHandle : link.handle;
  const bustle = afterServerMessage(link.activity, message, now);
  const proven = !link.unverified || isModelOutput(message);
  const next: Session = {
    ...link,
    handle,
    activity: bustle,
    unverified: !proven,
    retransmitBuffer:
      link.retransmitBuffer && renewed
        ? acknowledge(link.retransmitBuffer, lastConsumedClientMessageIndex)
        : link.retransmitBuffer,
    handleStale: message.sessionResumptionUpdate ? !renewed : link.handleStale,
    failures:
      bustle !== link.activity && proven ? { ...link.failures, unresponsive: 0 } : link.failures,
    utterance: showsUnderstanding(message)
      ? dropUnderstood(link.utterance, bustle.speechSince !== undefined)
      : link.utterance,
  };
  const kept: UpstreamEffect[] = handle === link.handle ? [] : [{ type: "keep", handle }];
  const closes = closeTimeOf(message, now);
  const going: Session =
    closes === undefined
      ? next
      : { ...next, state: "leaving", deadline: closes - rules.drainMarginMs };
  const [after, effects] = reconnectIfQuiet(going, now, rules);
  return [after, [...kept, ...effects]];
}

/** The model has understood what was said, or answers it. */
const showsUnderstanding = (message: {
  serverContent?: { inputTranscription?: { text?: string } };
}): boolean => Boolean(message.serverContent?.inputTranscription?.text) || isModelOutput(message);

function clock(link: Session, _: unknown, now: number, rules: UpstreamRules): UpstreamStep {
  if (link.parkAt !== undefined && now >= link.parkAt) return park(link);
  if (link.state === "leaving" && now >= link.deadline) return reconnect(link, now, rules);
  const deaf = unresponsiveAt(link, rules);
  if (deaf !== undefined && now >= deaf) return onUnresponsive(link, now, rules);
  const { toolsRunning, lastActivityAt } = link.activity;
  if (!toolsRunning && now - lastActivityAt >= rules.idleTimeoutMs) return park(link);
  return reconnectIfQuiet(link, now, rules);
}

/** Until the next word. An answer under way is closed first, so that its words are kept and end there. */
const park = (link: Session): UpstreamStep => [
  parkedWith(link.handle, false),
  [endTurnEffect(link), { type: "hang up" }],
];

/** Everything flows on the old line until the first real pause. */
function reconnectIfQuiet(link: Session, now: number, rules: UpstreamRules): UpstreamStep {
  if (link.state !== "leaving") return [link, []];
  const ready = isIdle(link.activity, now) && !link.handleStale;
  return now >= link.deadline || ready ? reconnect(link, now, rules) : [link, []];
}

/** Close the old, then open the new: never both, or the new one is refused. */
function reconnect(link: DrainingState, now: number, rules: UpstreamRules): UpstreamStep {
  const { handle, parkAt, utterance } = link;
  const owed = isUnanswered(link);
  const [next, effects] = startConnecting(
    {
      handle,
      unanswered: owed,
      ...speechOf(link),
      parkAt,
      failures: noFailures,
      pending: utterance,
      retransmission: retransmissionOf(link),
    },
    now,
    rules,
  );
  return [next, [...endTurn(link), { type: "hang up" }, ...effects]];
}

/** A link that was in session is gone; what was being said is said again. */
function onSocketClosed(
  link: Session,
  loss: UpstreamFailure,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const steady = now - link.openedAt >= rules.stableMs;
  const { handle, parkAt, utterance, activity } = link;
  const trouble = steady
    ? { ...noFailures, unresponsive: link.failures.unresponsive }
    : link.failures;
  const cause = loss.cause === "conflict" ? undefined : loss.cause;
  const [next, effects] = onConnectionLost(
    {
      handle,
      unanswered: isUnanswered(link),
      ...speechOf(link),
      parkAt,
      failures: trouble,
      pending: utterance,
      retransmission: retransmissionOf(link),
    },
    { ...loss, cause },
    now,
    rules,
  );
  const cut = activity.turn === "generating" && next.state !== "ended";
  const told: UpstreamEffect[] = cut ? [{ type: "tell", error: loss.error }] : [];
  // An idle session is not given back at once.
  const patient =
    next.state === "waiting" && handle !== undefined && activity.turn === "none"
      ? { ...next, retryAt: Math.max(next.retryAt, now + rules.conflictDelayMs) }
      : next;
  return [patient, [...endTurn(link), ...told, ...effects]];
}

/** The model seems not to hear: resumed once, then begun anew, then left alone until it gives a sign. */
function onUnresponsive(link: Session, now: number, rules: UpstreamRules): UpstreamStep {
  const resumes = link.failures.unresponsive === 0 && link.handle !== undefined && !link.unverified;
  const { parkAt, utterance, failures } = link;
  const [next, effects] = backOff(
    {
      handle: resumes ? link.handle : undefined,
      unanswered: isUnanswered(link),
      ...speechOf(link),
      parkAt,
      pending: utterance,
      retransmission: retransmissionOf(link),
      failures: { ...failures, unresponsive: resumes ? 1 : 2 },
    },
    now + rules.conflictDelayMs,
  );
  return [
    next,
    [
      ...endTurn(link),
      { type: "hang up" },
      ...(resumes ? [] : forgetHandleEffects(link)),
      ...effects,
    ],
  ];
}

/** When the model is taken to be deaf; undefined while there is no sign of that. */
function unresponsiveAt(
  { activity, failures, unverified }: Session,
  rules: UpstreamRules,
): number | undefined {
  if (failures.unresponsive === 2) return undefined;
  const { speechSince, unansweredSince, lastSignAt } = activity;
  if (speechSince !== undefined)
    return rules.speechSignTimeoutMs !== undefined && lastSignAt < speechSince
      ? speechSince + rules.speechSignTimeoutMs
      : undefined;
  if (unansweredSince === undefined) return undefined;
  return lastSignAt < unansweredSince || unverified
    ? unansweredSince + rules.responseTimeoutMs
    : undefined;
}

const retransmissionOf = ({
  retransmitBuffer,
  utterance,
}: InSessionState): Retransmission | undefined =>
  retransmitBuffer && {
    messages: unacknowledgedMessages(retransmitBuffer),
    replaces: utterance.messages,
  };

const speechOf = ({ activity }: InSessionState) => ({ speech: activity.speechSince !== undefined });

const isUnanswered = ({ activity }: InSessionState): boolean =>
  activity.unansweredSince !== undefined;

/** What is to be told of an answer that the model will not finish; nothing of one that it had not begun. */
const endTurn = (link: InSessionState): UpstreamEffect[] =>
  link.activity.turn === "none" ? [] : [endTurnEffect(link)];

const endTurnEffect = ({ activity: { turn } }: InSessionState): UpstreamEffect =>
  turn === "playing" ? { type: "complete" } : { type: "cut" };

const forgetHandleEffects = ({ handle }: InSessionState): UpstreamEffect[] =>
  handle === undefined ? [] : [{ type: "keep", handle: undefined }];

/**
 * The upstream link, as a value.
 *
 *            join, say               setupComplete            goAway
 *   parked ────────────► dialling ──────────────────► live ──────────► leaving
 *     ▲                   ▲    │                      │  │             │   │
 *     │   the time is up  │    │ lost                 │  │ lost        │   │ a pause, or the time is up:
 *     │                   │    ▼                      │  ▼             │   │ hang up, then dial
 *     │                  waiting ◄───────────────────────┴─────────────┘   │
 *     │                   ▲    │ lost too often, or what no retry helps    │
 *     │                   │    ▼                      │                    │
 *     │                   │  ended ──► dialling, at the first word after a pause
 *     │                   └────────────────────────────────────────────────┘
 *     └── nobody listens, or nothing stirs
 *
 * `step` is the only way it changes. It does no I/O and reads no clock: what must happen comes back
 * as effects, in order, for the Durable Object to carry out. `due` says when it next needs the clock.
 */
import { noActivity, afterSend, afterSpeech } from "./session-activity.ts";
import { enqueue, emptyQueue } from "./pending-queue.ts";
import {
  startConnecting,
  forgetHandle,
  closeSocketThen,
  onConnectionLost,
  unchanged,
} from "./fsm-connect.ts";
import { openDeadlines, openTransitions } from "./fsm-open.ts";
import {
  noFailures,
  parked,
  parkedWith,
  type Retransmission,
  type StateOf,
  type BetweenSessions,
  type ConnectingState,
  type UpstreamEvent,
  type InSessionState,
  type UpstreamState,
  type EventOf,
  type Transitions,
  type UpstreamRules,
  type UpstreamStep,
  type BackoffState,
} from "./fsm-types.ts";
import { recordSent, newRetransmitBuffer, type RetransmitBuffer } from "./retransmit-buffer.ts";
import type { UpstreamMessage } from "./encoding.ts";
import { clientError, type ClientError } from "../errors.ts";
import { classifyClose } from "./close-reasons.ts";
import { utteranceOf } from "./utterance-buffer.ts";

export function step(
  link: UpstreamState,
  happening: UpstreamEvent,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const cell = table[link.state][happening.type] as (...of: unknown[]) => UpstreamStep;
  return cell(link, happening, now, rules);
}

/** Noticed now, and told to the session once there is one. */
const onSpeech = (
  link: Exclude<UpstreamState, InSessionState>,
  { on }: EventOf<"speech">,
): UpstreamStep => [{ ...link, speech: on }, []];

const fresh = {
  failures: noFailures,
  pending: emptyQueue,
  retransmission: undefined,
  parkAt: undefined,
};

const table: { readonly [S in UpstreamState["state"]]: Transitions<S> } = {
  parked: {
    join: (link, _, now, rules) => startConnecting({ ...fresh, ...link }, now, rules),
    "left alone": unchanged,
    say: (link, { message }, now, rules) => connectAndEnqueue(link, message, now, rules),
    speech: onSpeech,
    working: unchanged,
    opened: unchanged,
    heard: unchanged,
    dropped: unchanged,
    renew: forgetHandle,
    end: forgetHandle,
    clock: unchanged,
  },
  dialling: {
    join: (link) => [{ ...link, parkAt: undefined }, []],
    "left alone": startLinger,
    say: enqueueMessage,
    speech: onSpeech,
    working: unchanged,
    opened: (link) => [link, [{ type: "greet", handle: link.handle }]],
    heard: onMessageWhileConnecting,
    dropped: (link, { reason, fallback }, now, rules) =>
      fallback
        ? reconnectWithoutHandle(link, now, rules)
        : onConnectionLost(link, classifyClose(reason), now, rules),
    renew: (link, _, now, rules) => closeSocketThen(reconnectWithoutHandle(link, now, rules)),
    end: (link) => closeSocketThen(forgetHandle({ ...parked, handle: link.handle })),
    clock: (link, _, now, rules) => {
      if (isParkDue(link, now))
        return closeSocketThen([parkedWith(link.handle, link.unanswered), []]);
      return now >= link.deadline
        ? closeSocketThen(onConnectionLost(link, classifyClose("no answer in time"), now, rules))
        : unchanged(link);
    },
  },
  waiting: {
    join: (link) => [{ ...link, parkAt: undefined }, []],
    "left alone": startLinger,
    say: enqueueMessage,
    speech: onSpeech,
    working: unchanged,
    opened: unchanged,
    heard: unchanged,
    dropped: unchanged,
    renew: (link, _, now, rules) => reconnectWithoutHandle(link, now, rules),
    end: (link) => forgetHandle({ ...parked, handle: link.handle }),
    clock: (link, _, now, rules) => {
      if (isParkDue(link, now)) return [parkedWith(link.handle, link.unanswered), []];
      return now >= link.retryAt ? startConnecting(link, now, rules) : unchanged(link);
    },
  },
  live: openTransitions,
  leaving: openTransitions,
  ended: {
    join: (link, _, now, rules) =>
      now >= link.retryAt
        ? startConnecting({ ...fresh, ...link, unanswered: true }, now, rules)
        : rejectRequest(link),
    "left alone": unchanged,
    say: sendAfterEnd,
    speech: onSpeech,
    working: unchanged,
    opened: unchanged,
    heard: unchanged,
    dropped: unchanged,
    renew: forgetHandle,
    end: ({ handle }) => forgetHandle({ ...parked, handle }),
    clock: unchanged,
  },
};

/** Words still held are owed to the model, even when whoever said them has left. */
const effectiveParkAt = ({ parkAt, pending }: BetweenSessions): number | undefined =>
  pending.messages.some((saying) => saying.kind === "text") ? undefined : parkAt;

const isParkDue = (link: BetweenSessions, now: number): boolean => {
  const at = effectiveParkAt(link);
  return at !== undefined && now >= at;
};

/** With a session that knows nothing. What is held waits for it. */
const reconnectWithoutHandle = (
  link: BetweenSessions,
  now: number,
  rules: UpstreamRules,
): UpstreamStep => {
  const [next, effects] = startConnecting({ ...link, handle: undefined }, now, rules);
  return [
    next,
    link.handle === undefined ? effects : [{ type: "keep", handle: undefined }, ...effects],
  ];
};

function connectAndEnqueue(
  link: StateOf<"parked">,
  saying: UpstreamMessage,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const held = enqueue(emptyQueue, saying, rules.maxPendingBytes);
  return held
    ? startConnecting({ ...fresh, ...link, pending: held }, now, rules)
    : [link, [{ type: "refuse", error: bufferFull() }]];
}

function enqueueMessage(
  link: ConnectingState | BackoffState,
  { message }: EventOf<"say">,
  _: number,
  rules: UpstreamRules,
): UpstreamStep {
  const held = enqueue(link.pending, message, rules.maxPendingBytes);
  return held
    ? [{ ...link, pending: held }, []]
    : [link, [{ type: "refuse", error: bufferFull() }]];
}

const bufferFull = (): ClientError =>
  clientError(
    "BUFFER_FULL",
    "The model is not connected yet and no more can be held for it. What was held before is kept; this message was not: send it again when the conversation goes on.",
  );

function onMessageWhileConnecting(
  link: ConnectingState,
  { message }: EventOf<"heard">,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  if (message.setupComplete) return openSession(link, now, rules);
  return message.error
    ? closeSocketThen(
        onConnectionLost(link, classifyClose(message.error.message ?? ""), now, rules),
      )
    : unchanged(link);
}

/** The session is there: it is told what it does not know, and then what was held. */
function openSession(
  { handle, unanswered, failures, pending, retransmission, speech, ...link }: ConnectingState,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const resumed = handle !== undefined;
  const utterance = utteranceOf(pending, rules.maxUtteranceBytes);
  const repeats = resumed ? retransmission : undefined;
  const sayings = repeats ? retransmittedFirst(repeats, pending.messages) : pending.messages;
  const quiet = sayings.reduce((bustle, each) => afterSend(bustle, each, now), noActivity(now));
  return [
    {
      state: "live",
      handle,
      failures,
      openedAt: now,
      parkAt: link.parkAt === undefined ? undefined : now + rules.lingerMs,
      activity: speech || utterance.bytes > 0 ? afterSpeech(quiet, speech, now) : quiet,
      utterance,
      unverified: resumed,
      retransmitBuffer: rules.transparent
        ? sayings.reduce(recordWithin(rules), newRetransmitBuffer)
        : undefined,
      handleStale: false,
    },
    [
      { type: "recall", resumed, unanswered: unanswered && !repeats?.messages.some(isText) },
      ...sayings.map((each) => ({ type: "send" as const, message: each })),
    ],
  ];
}

/** What was sent before comes first, and once. */
const retransmittedFirst = (
  { messages, replaces }: Retransmission,
  held: readonly UpstreamMessage[],
): readonly UpstreamMessage[] => [
  ...messages,
  ...held.filter((saying) => !replaces.includes(saying)),
];

const recordWithin =
  ({ maxRetransmitBytes }: UpstreamRules) =>
  (ledger: RetransmitBuffer, saying: UpstreamMessage): RetransmitBuffer =>
    recordSent(ledger, saying, maxRetransmitBytes);

const isText = ({ kind }: UpstreamMessage): boolean => kind === "text";

/**
 * An open microphone goes on by itself: its frames are dropped without a word for each, and dial again
 * only where a retry may help. Typed words always get an answer.
 */
function sendAfterEnd(
  link: StateOf<"ended">,
  { message }: EventOf<"say">,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const words = message.kind === "text";
  if (now >= link.retryAt && (words || link.error.action === "retry"))
    return connectAndEnqueue(
      { ...parkedWith(link.handle, true), speech: link.speech },
      message,
      now,
      rules,
    );
  return words ? rejectRequest(link) : unchanged(link);
}

const rejectRequest = (link: StateOf<"ended">): UpstreamStep => [
  link,
  [{ type: "refuse", error: link.error }],
];

function startLinger(
  link: ConnectingState | BackoffState,
  _: EventOf<"left alone">,
  now: number,
  { lingerMs }: UpstreamRules,
): UpstreamStep {
  return [{ ...link, parkAt: now + lingerMs }, []];
}

/** When the clock must be told to the link, in ms; undefined when it waits for nothing. */
export function nextDeadline(link: UpstreamState, rules: UpstreamRules): number | undefined {
  const times = deadlinesOf(link, rules).filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function deadlinesOf(link: UpstreamState, rules: UpstreamRules): readonly (number | undefined)[] {
  switch (link.state) {
    case "dialling":
      return [link.deadline, effectiveParkAt(link)];
    case "waiting":
      return [link.retryAt, effectiveParkAt(link)];
    case "live":
    case "leaving":
      return openDeadlines(link, rules);
    default:
      return [];
  }
}

/**
 * Text turns that clients request one by one (ADK: /run and /run_sse), as a value.
 *
 *     requested ─► waiting ─► started ─┬─ the turn completed, and no call is to be answered ──► ended
 *                     │                ├─ a person must decide first ─────────────────────────► ended
 *                     │                ├─ an error that waiting does not mend ────────────────► ended
 *                     │                └─ interrupted or silent for too long ─────────────────► ended
 *                     └── 60 s ────────┴── 60 s ──────────────────────────────────────────────► late
 *
 * Input starts while no turn is on, in the order it came. Answers to calls start at once: a turn may be waiting for
 * just them. The turn is the conversation's (turn-state.ts) and is passed in; the queue keeps none.
 */
import type { Event } from "../../wire/adk.ts";
import { isErrorCode, clientError } from "../errors.ts";
import { limits } from "../policy/limits.ts";
import { isAbort } from "./event.ts";
import { answerTimeoutMs, awaitedCalls, type TurnState } from "../turn-state.ts";

interface Run {
  readonly id: string;
  readonly kind: "input" | "answer";
  /** When it is late, in ms. */
  readonly deadline: number;
  /** Its client left after its input was sent: the turn is on, and nothing is reported. */
  readonly abandoned?: true;
}

interface ActiveRun extends Run {
  /** The number of the last turn that is not its own: the events of that turn's end may still come. */
  readonly after: number;
}

export interface RunQueue {
  readonly waiting: readonly Run[];
  /** Runs whose input was sent. */
  readonly active: readonly ActiveRun[];
}

export type RunEffect =
  | { readonly type: "start"; readonly id: string }
  | { readonly type: "end"; readonly id: string }
  /** Its deadline has passed. */
  | { readonly type: "late"; readonly id: string; readonly started: boolean }
  /** It waited in vain for a place in the queue. */
  | { readonly type: "full"; readonly id: string };

export type RunStep = readonly [RunQueue, readonly RunEffect[]];

/** In ms, if not noted otherwise. */
export const runLimits = {
  deadlineMs: 60_000,
  /** Speech may contain no words: the queue waits no longer for an answer to it. */
  speechTimeoutMs: 10_000,
  /** The turnComplete of an answer that was cut comes at once, or never: its session is gone. */
  interruptionTimeoutMs: 3_000,
  /** A model that has nothing to say to a call's response says nothing. */
  followUpTimeoutMs: 10_000,
  /** A model that thinks reports its end: the queue waits no longer for one that never comes. */
  thinkingTimeoutMs: 60_000,
  /** How many may wait until their deadline. */
  maxWaiting: limits.runs.value,
  /** How many more may wait for a place among them, and for how long: a caller that has left is noticed by then. */
  maxHeld: 20,
  heldMs: 3_000,
};

export const emptyRunQueue: RunQueue = { waiting: [], active: [] };

export const isQueueFull = ({ waiting }: RunQueue): boolean =>
  waiting.length >= runLimits.maxWaiting + runLimits.maxHeld;

export function enqueueRun(
  queue: RunQueue,
  { id, kind }: Pick<Run, "id" | "kind">,
  turn: TurnState,
  now: number,
): RunStep {
  const run = { id, kind, deadline: now + runLimits.deadlineMs };
  if (kind === "answer")
    return [
      { ...queue, active: [...queue.active, { ...run, after: -1 }] },
      [{ type: "start", id }],
    ];
  return startNext({ ...queue, waiting: [...queue.waiting, run] }, turn, now);
}

/** Its client left, and its turn goes on: it became another client's. The next run waits for its end. */
export function abandonRun(queue: RunQueue, id: string, turn: TurnState, now: number): RunStep {
  const active = queue.active.flatMap((run) => {
    if (run.id !== id) return [run];
    return run.kind === "input" ? [{ ...run, abandoned: true as const }] : [];
  });
  return startNext({ waiting: queue.waiting.filter((run) => run.id !== id), active }, turn, now);
}

/** No answer is to come: its input was refused, or its client left and its turn was stopped. */
export function rejectRun(queue: RunQueue, id: string, turn: TurnState, now: number): RunStep {
  const isOther = (run: Run): boolean => run.id !== id;
  return startNext(
    { waiting: queue.waiting.filter(isOther), active: queue.active.filter(isOther) },
    turn,
    now,
  );
}

/** An event was published. @param turn as it is with the event. */
export function onEvent(queue: RunQueue, event: Event, turn: TurnState, now: number): RunStep {
  if (endsRuns(event) || requestsApproval(event)) return endRuns(queue, turn, now);
  return event.turnComplete === true && turn.settled
    ? endRuns(queue, turn, now, (run) => isOfRun(run, event, turn))
    : startNext(queue, turn, now);
}

/** Whether an event belongs to an active run. It may start between the events of a message that ends a turn. */
export const isOfRun = ({ after }: ActiveRun, { turnComplete }: Event, turn: TurnState): boolean =>
  turnComplete !== true || turn.number > after;

/** Time has passed, or the turn changed without an event. */
export function onTimer(queue: RunQueue, turn: TurnState, now: number): RunStep {
  const inTime = ({ deadline }: Run): boolean => now < deadline;
  const waits = (run: Run, place: number): boolean => now < waitsUntil(run, place);
  const effects = [
    ...queue.waiting
      .filter((run, place) => !waits(run, place))
      .map((run): RunEffect => {
        const { id } = run;
        return inTime(run) ? { type: "full", id } : { type: "late", id, started: false };
      }),
    ...queue.active
      .filter((run) => !inTime(run) && !run.abandoned)
      .map(({ id }): RunEffect => ({ type: "late", id, started: true })),
  ];
  const left = { waiting: queue.waiting.filter(waits), active: queue.active.filter(inTime) };
  const [next, more] = now >= staleAt(turn) ? endRuns(left, turn, now) : startNext(left, turn, now);
  return [next, [...effects, ...more]];
}

/** When `onTimer` has something to do, in ms; undefined while there is no run. */
export function nextTimeout({ waiting, active }: RunQueue, turn: TurnState): number | undefined {
  const times = [...waiting.map(waitsUntil), ...active.map(({ deadline }) => deadline)];
  if (times.length === 0) return undefined;
  return Math.min(...times, active.length > 0 ? staleAt(turn) : freeAt(turn));
}

/** In ms. @param place in the queue: the first ones wait until their deadline. */
const waitsUntil = ({ deadline }: Run, place: number): number =>
  place < runLimits.maxWaiting ? deadline : deadline - runLimits.deadlineMs + runLimits.heldMs;

/** The first in the queue, if no turn is on. */
function startNext(queue: RunQueue, turn: TurnState, now: number): RunStep {
  const [first, ...waiting] = queue.waiting;
  if (!first || queue.active.length > 0 || now < freeAt(turn)) return [queue, []];
  const after = turn.open ? turn.number - 1 : turn.number;
  return [{ waiting, active: [{ ...first, after }] }, [{ type: "start", id: first.id }]];
}

function endRuns(
  { waiting, active }: RunQueue,
  turn: TurnState,
  now: number,
  ends: (run: ActiveRun) => boolean = () => true,
): RunStep {
  const ended = active
    .filter(ends)
    .flatMap(({ id, abandoned }): RunEffect[] => (abandoned ? [] : [{ type: "end", id }]));
  const left = active.filter((run) => !ends(run));
  const [next, effects] = startNext({ waiting, active: left }, turn, now);
  return [next, [...ended, ...effects]];
}

/** When the next input may be sent: 0 in a pause, Infinity while the model answers or a call has no response. */
function freeAt(turn: TurnState): number {
  const { phase, awaitingSince, interruptedAt } = turn;
  if (interruptedAt !== undefined) return staleAt(turn);
  const awaited = awaitingSince === undefined ? 0 : awaitingSince + answerTimeoutMs;
  const idle = phase === "idle" && !waitsForTools(turn);
  return Math.max(awaited, idle ? 0 : staleAt({ ...turn, awaitingSince: undefined }));
}

/** When the runs under way end because nothing more is to come; Infinity while something is, or nothing began. */
function staleAt(turn: TurnState): number {
  const { phase, awaitingSince, interruptedAt, followUpSince, lastSignAt } = turn;
  if (interruptedAt !== undefined)
    return Math.max(interruptedAt, lastSignAt) + runLimits.interruptionTimeoutMs;
  if (phase === "generating" || phase === "playing" || awaitingSince !== undefined) return Infinity;
  if (phase === "thinking") return lastSignAt + runLimits.thinkingTimeoutMs;
  if (phase === "listening") return lastSignAt + runLimits.speechTimeoutMs;
  return followUpSince !== undefined && awaitedCalls(turn).length === 0
    ? Math.max(followUpSince, lastSignAt) + runLimits.followUpTimeoutMs
    : Infinity;
}

const waitsForTools = (turn: TurnState): boolean =>
  turn.followUpSince !== undefined || awaitedCalls(turn).length > 0;

/**
 * Nothing more comes of it by itself. Blocked input may be another client's: the run that sent it is rejected, and an
 * answer that is blocked has its end. An aborted turn is that of a client that has left.
 */
const endsRuns = (event: Event): boolean => !isAbort(event) && isFinal(event);

const isFinal = ({ errorCode }: Event): boolean =>
  errorCode !== undefined &&
  errorCode !== "BLOCKED" &&
  !(isErrorCode(errorCode) && clientError(errorCode, "").action === "wait");

const requestsApproval = ({ actions }: Event): boolean =>
  Object.keys(actions.requestedToolConfirmations).length > 0;

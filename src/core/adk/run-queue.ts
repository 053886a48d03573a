/**
 * Text turns that somebody asks for one by one (ADK: /run and /run_sse), as a value.
 *
 *     asked ─► waiting ─► said ─┬─ the turn is over, and nothing it called is owed ─► ended
 *                 │             ├─ a person must decide first ───────────────────► ended
 *                 │             ├─ a problem that waiting does not mend ─────────► ended
 *                 └── 60 s ─────┴── 60 s ────────────────────────────────────────► late
 *
 * Words are said while no turn is on, in the order they came. Answers to calls are said at once: a turn may be waiting
 * for just them.
 */
import type { Event } from "../../wire/adk.ts";
import { isErrorCode, clientError } from "../errors.ts";

export interface Run {
  readonly id: string;
  readonly kind: "words" | "answer";
  /** When it is late, in ms. */
  readonly deadline: number;
}

export interface RunQueue {
  readonly waiting: readonly Run[];
  readonly active: readonly Run[];
  readonly activity: TurnActivity;
}

/** What is known of the conversation from what it tells. */
interface TurnActivity {
  /**
   * "heard": somebody speaks, or did; "awaited": a run's words are to be answered; "open": the model answers, or is
   * being listened to; "cut": interrupted, and its end has not been told.
   */
  readonly turn: "none" | "heard" | "awaited" | "open" | "cut";
  /** Calls that were not answered and will be before the turn is worth anything. */
  readonly pendingCalls: readonly string[];
  /** A call was answered, and the model has not said anything since. */
  readonly followUpDue: boolean;
  /** When anything was told last. */
  readonly lastEventAt: number;
}

export type RunEffect =
  | { readonly type: "say"; readonly id: string }
  | { readonly type: "end"; readonly id: string }
  /** Its time is up. */
  | { readonly type: "late"; readonly id: string; readonly started: boolean };

export type RunStep = readonly [RunQueue, readonly RunEffect[]];

/** In ms, except where it is said otherwise. */
export const runLimits = {
  deadlineMs: 60_000,
  /** What was heard may have been no words: an answer to it is not waited for longer. */
  speechTimeoutMs: 10_000,
  /** The end of an answer that was cut comes at once, or never: its link is gone. */
  interruptionTimeoutMs: 3_000,
  /** A model that has nothing to say to a call's answer says nothing. */
  followUpTimeoutMs: 10_000,
  /** How many may wait. */
  maxWaiting: 20,
};

export const emptyRunQueue: RunQueue = {
  waiting: [],
  active: [],
  activity: { turn: "none", pendingCalls: [], followUpDue: false, lastEventAt: 0 },
};

export const isQueueFull = ({ waiting }: RunQueue): boolean =>
  waiting.length >= runLimits.maxWaiting;

export function enqueueRun(
  runs: RunQueue,
  { id, kind }: Omit<Run, "deadline">,
  now: number,
): RunStep {
  const run = { id, kind, deadline: now + runLimits.deadlineMs };
  if (kind === "answer")
    return [{ ...runs, active: [...runs.active, run] }, [{ type: "say", id: run.id }]];
  return startNext({ ...runs, waiting: [...runs.waiting, run] }, now);
}

/** Whoever asked is gone, or was refused. */
export function removeRun(runs: RunQueue, id: string, now: number): RunStep {
  const others = ({ id: other }: Run): boolean => other !== id;
  return startNext(
    { ...runs, waiting: runs.waiting.filter(others), active: runs.active.filter(others) },
    now,
  );
}

/** Whoever asked was refused: their words never reached the model, and no answer is to come. */
export function rejectRun(runs: RunQueue, id: string, now: number): RunStep {
  const was = runs.active.some((run) => run.id === id && run.kind === "words");
  return removeRun(was ? withoutAwaitedTurn(runs) : runs, id, now);
}

/** Something was told to everyone. */
export function onEvent(runs: RunQueue, event: Event, now: number): RunStep {
  const talk = { ...activityAfter(runs.activity, event), lastEventAt: now };
  const heard = { ...runs, activity: talk };
  if (endsRuns(event)) return endRuns(withTurnEnded(heard), now);
  if (requestsApproval(event) || isOver(runs.activity, talk, event)) return endRuns(heard, now);
  return startNext(heard, now);
}

/** Time has passed. */
export function onTimer(runs: RunQueue, now: number): RunStep {
  const inTime = ({ deadline }: Run): boolean => now < deadline;
  const late = (all: readonly Run[], said: boolean): RunEffect[] =>
    all.flatMap((run) => (inTime(run) ? [] : [{ type: "late", id: run.id, started: said }]));
  const effects = [...late(runs.waiting, false), ...late(runs.active, true)];
  const unanswered = runs.active.some((run) => run.kind === "words" && !inTime(run));
  const left = {
    ...(unanswered ? withoutAwaitedTurn(runs) : runs),
    waiting: runs.waiting.filter(inTime),
    active: runs.active.filter(inTime),
  };
  const next = isStale(left, now) ? endRuns(withTurnEnded(left), now) : startNext(left, now);
  return [next[0], [...effects, ...next[1]]];
}

/** When `wait` has something to do; undefined while nobody waits for anything. */
export function nextTimeout(runs: RunQueue): number | undefined {
  const all = [...runs.waiting, ...runs.active];
  if (all.length === 0) return undefined;
  return Math.min(...all.map(({ deadline }) => deadline), staleAt(runs));
}

/** The first in the queue, if nobody else's turn is on. */
function startNext(runs: RunQueue, now: number): RunStep {
  const [first, ...waiting] = runs.waiting;
  const free =
    runs.activity.turn === "none" &&
    !runs.activity.followUpDue &&
    runs.activity.pendingCalls.length === 0;
  if (!first || !free || runs.active.length > 0) return [runs, []];
  const talk = { ...runs.activity, turn: "awaited", lastEventAt: now } as const;
  return [{ waiting, active: [first], activity: talk }, [{ type: "say", id: first.id }]];
}

function endRuns(runs: RunQueue, now: number): RunStep {
  const ended = runs.active.map(({ id }): RunEffect => ({ type: "end", id }));
  const [next, effects] = startNext({ ...runs, active: [] }, now);
  return [next, [...ended, ...effects]];
}

const withTurnEnded = (runs: RunQueue): RunQueue => ({
  ...runs,
  activity: { ...runs.activity, turn: "none", pendingCalls: [], followUpDue: false },
});

const withoutAwaitedTurn = (runs: RunQueue): RunQueue =>
  runs.activity.turn === "awaited"
    ? { ...runs, activity: { ...runs.activity, turn: "none" } }
    : runs;

function staleAt({
  active,
  activity: { turn, pendingCalls, followUpDue, lastEventAt },
}: RunQueue): number {
  switch (turn) {
    case "awaited":
      // Whoever's words they were is gone, and nobody else's time runs out for them.
      return active.length === 0 ? lastEventAt + runLimits.deadlineMs : Infinity;
    case "cut":
      return lastEventAt + runLimits.interruptionTimeoutMs;
    case "heard":
      return lastEventAt + runLimits.speechTimeoutMs;
    case "none":
      return followUpDue && pendingCalls.length === 0
        ? lastEventAt + runLimits.followUpTimeoutMs
        : Infinity;
    default:
      return Infinity;
  }
}

const isStale = (runs: RunQueue, now: number): boolean => now >= staleAt(runs);

/** The model has finished, and owes nothing that it began. */
const isOver = (
  before: TurnActivity,
  { pendingCalls, followUpDue }: TurnActivity,
  event: Event,
): boolean =>
  event.turnComplete === true &&
  (before.turn === "cut" || (pendingCalls.length === 0 && !followUpDue));

/**
 * Nothing more comes of it by itself. What is blocked may be somebody else's words: whoever's own they are is refused,
 * and an answer that is stopped has its end.
 */
const endsRuns = ({ errorCode }: Event): boolean =>
  errorCode !== undefined &&
  errorCode !== "BLOCKED" &&
  !(isErrorCode(errorCode) && clientError(errorCode, "").action === "wait");

const requestsApproval = ({ actions }: Event): boolean =>
  Object.keys(actions.requestedToolConfirmations).length > 0;

function activityAfter(talk: TurnActivity, event: Event): TurnActivity {
  if (event.interrupted) return { ...talk, turn: "cut", pendingCalls: [], followUpDue: false };
  const calls = callsAfter(talk.pendingCalls, event);
  if (event.turnComplete) return { ...talk, turn: "none", pendingCalls: calls };
  const owes = speaks(event) ? false : talk.followUpDue || answers(event);
  return { ...talk, pendingCalls: calls, followUpDue: owes, turn: turnAfter(talk.turn, event) };
}

function turnAfter(turn: TurnActivity["turn"], event: Event): TurnActivity["turn"] {
  if (speaks(event) || calls(event)) return "open";
  return turn === "none" && isHeard(event) ? "heard" : turn;
}

const isHeard = ({ voiceActivity, inputTranscription }: Event): boolean =>
  voiceActivity?.voiceActivityType === "ACTIVITY_START" || inputTranscription !== undefined;

function callsAfter(calls: readonly string[], event: Event): readonly string[] {
  const parts = event.content?.parts ?? [];
  const later = [
    ...(event.longRunningToolIds ?? []),
    ...Object.keys(event.actions.requestedToolConfirmations),
    ...parts.flatMap(({ functionResponse }) => functionResponse?.id ?? []),
  ];
  const made = parts.flatMap(({ functionCall }) => functionCall?.id ?? []);
  return [...calls, ...made].filter((id) => !later.includes(id));
}

/** A file that is told of was made before. */
const speaks = ({ content, outputTranscription }: Event): boolean =>
  outputTranscription !== undefined ||
  (content?.role === "model" &&
    content.parts?.some(({ functionCall, fileData }) => !functionCall && !fileData) === true);

const calls = ({ content }: Event): boolean =>
  content?.role === "model" && content.parts?.some(({ functionCall }) => functionCall) === true;

/** The answer to a call, which the model is to say something to. */
const answers = ({ content }: Event): boolean =>
  content?.parts?.some(
    ({ functionResponse: response }) =>
      response !== undefined &&
      response.willContinue !== true &&
      `${response.scheduling}` !== "SILENT",
  ) === true;

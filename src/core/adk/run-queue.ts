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
import { isCode, problem } from "../errors.ts";

export interface Run {
  readonly id: string;
  readonly kind: "words" | "answer";
  /** When it is late, in ms. */
  readonly by: number;
}

export interface Runs {
  readonly waiting: readonly Run[];
  readonly said: readonly Run[];
  readonly talk: Talking;
}

/** What is known of the conversation from what it tells. */
interface Talking {
  /**
   * "heard": somebody speaks, or did; "awaited": a run's words are to be answered; "open": the model answers, or is
   * being listened to; "cut": interrupted, and its end has not been told.
   */
  readonly turn: "none" | "heard" | "awaited" | "open" | "cut";
  /** Calls that were not answered and will be before the turn is worth anything. */
  readonly calls: readonly string[];
  /** A call was answered, and the model has not said anything since. */
  readonly owes: boolean;
  /** When anything was told last. */
  readonly toldAt: number;
}

export type RunEffect =
  | { readonly do: "say"; readonly id: string }
  | { readonly do: "end"; readonly id: string }
  /** Its time is up. */
  | { readonly do: "late"; readonly id: string; readonly said: boolean };

export type RunStep = readonly [Runs, readonly RunEffect[]];

/** In ms, except where it is said otherwise. */
export const runRules = {
  deadlineMs: 60_000,
  /** What was heard may have been no words: an answer to it is not waited for longer. */
  heardMs: 10_000,
  /** The end of an answer that was cut comes at once, or never: its link is gone. */
  cutMs: 3_000,
  /** A model that has nothing to say to a call's answer says nothing. */
  followMs: 10_000,
  /** How many may wait. */
  most: 20,
};

export const noRuns: Runs = {
  waiting: [],
  said: [],
  talk: { turn: "none", calls: [], owes: false, toldAt: 0 },
};

export const isFull = ({ waiting }: Runs): boolean => waiting.length >= runRules.most;

export function ask(runs: Runs, { id, kind }: Omit<Run, "by">, now: number): RunStep {
  const run = { id, kind, by: now + runRules.deadlineMs };
  if (kind === "answer")
    return [{ ...runs, said: [...runs.said, run] }, [{ do: "say", id: run.id }]];
  return go({ ...runs, waiting: [...runs.waiting, run] }, now);
}

/** Whoever asked is gone, or was refused. */
export function drop(runs: Runs, id: string, now: number): RunStep {
  const others = ({ id: other }: Run): boolean => other !== id;
  return go({ ...runs, waiting: runs.waiting.filter(others), said: runs.said.filter(others) }, now);
}

/** Whoever asked was refused: their words never reached the model, and no answer is to come. */
export function refuse(runs: Runs, id: string, now: number): RunStep {
  const was = runs.said.some((run) => run.id === id && run.kind === "words");
  return drop(was ? unawaited(runs) : runs, id, now);
}

/** Something was told to everyone. */
export function hear(runs: Runs, event: Event, now: number): RunStep {
  const talk = { ...after(runs.talk, event), toldAt: now };
  const heard = { ...runs, talk };
  if (stops(event)) return end(settled(heard), now);
  if (asksAPerson(event) || isOver(runs.talk, talk, event)) return end(heard, now);
  return go(heard, now);
}

/** Time has passed. */
export function wait(runs: Runs, now: number): RunStep {
  const inTime = ({ by }: Run): boolean => now < by;
  const late = (all: readonly Run[], said: boolean): RunEffect[] =>
    all.flatMap((run) => (inTime(run) ? [] : [{ do: "late", id: run.id, said }]));
  const effects = [...late(runs.waiting, false), ...late(runs.said, true)];
  const unanswered = runs.said.some((run) => run.kind === "words" && !inTime(run));
  const left = {
    ...(unanswered ? unawaited(runs) : runs),
    waiting: runs.waiting.filter(inTime),
    said: runs.said.filter(inTime),
  };
  const next = isStale(left, now) ? end(settled(left), now) : go(left, now);
  return [next[0], [...effects, ...next[1]]];
}

/** When `wait` has something to do; undefined while nobody waits for anything. */
export function due(runs: Runs): number | undefined {
  const all = [...runs.waiting, ...runs.said];
  if (all.length === 0) return undefined;
  return Math.min(...all.map(({ by }) => by), staleAt(runs));
}

/** The first in the queue, if nobody else's turn is on. */
function go(runs: Runs, now: number): RunStep {
  const [first, ...waiting] = runs.waiting;
  const free = runs.talk.turn === "none" && !runs.talk.owes && runs.talk.calls.length === 0;
  if (!first || !free || runs.said.length > 0) return [runs, []];
  const talk = { ...runs.talk, turn: "awaited", toldAt: now } as const;
  return [{ waiting, said: [first], talk }, [{ do: "say", id: first.id }]];
}

function end(runs: Runs, now: number): RunStep {
  const ended = runs.said.map(({ id }): RunEffect => ({ do: "end", id }));
  const [next, effects] = go({ ...runs, said: [] }, now);
  return [next, [...ended, ...effects]];
}

const settled = (runs: Runs): Runs => ({
  ...runs,
  talk: { ...runs.talk, turn: "none", calls: [], owes: false },
});

const unawaited = (runs: Runs): Runs =>
  runs.talk.turn === "awaited" ? { ...runs, talk: { ...runs.talk, turn: "none" } } : runs;

function staleAt({ said, talk: { turn, calls, owes, toldAt } }: Runs): number {
  switch (turn) {
    case "awaited":
      // Whoever's words they were is gone, and nobody else's time runs out for them.
      return said.length === 0 ? toldAt + runRules.deadlineMs : Infinity;
    case "cut":
      return toldAt + runRules.cutMs;
    case "heard":
      return toldAt + runRules.heardMs;
    case "none":
      return owes && calls.length === 0 ? toldAt + runRules.followMs : Infinity;
    default:
      return Infinity;
  }
}

const isStale = (runs: Runs, now: number): boolean => now >= staleAt(runs);

/** The model has finished, and owes nothing that it began. */
const isOver = (before: Talking, { calls, owes }: Talking, event: Event): boolean =>
  event.turnComplete === true && (before.turn === "cut" || (calls.length === 0 && !owes));

/**
 * Nothing more comes of it by itself. What is blocked may be somebody else's words: whoever's own they are is refused,
 * and an answer that is stopped has its end.
 */
const stops = ({ errorCode }: Event): boolean =>
  errorCode !== undefined &&
  errorCode !== "BLOCKED" &&
  !(isCode(errorCode) && problem(errorCode, "").action === "wait");

const asksAPerson = ({ actions }: Event): boolean =>
  Object.keys(actions.requestedToolConfirmations).length > 0;

function after(talk: Talking, event: Event): Talking {
  if (event.interrupted) return { ...talk, turn: "cut", calls: [], owes: false };
  const calls = callsAfter(talk.calls, event);
  if (event.turnComplete) return { ...talk, turn: "none", calls };
  const owes = speaks(event) ? false : talk.owes || answers(event);
  return { ...talk, calls, owes, turn: turnAfter(talk.turn, event) };
}

function turnAfter(turn: Talking["turn"], event: Event): Talking["turn"] {
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

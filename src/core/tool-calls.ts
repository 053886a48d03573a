/**
 * The tool calls of a conversation that are under way, and what to do with a new one.
 *
 * Every call is answered: an unanswered one wedges the model's next turn. The same call made again while
 * it runs (the model re-issues blocked calls after a barge-in, under a new id) runs once and answers both.
 */
import type { FunctionCall } from "../wire/live-api.ts";

export interface RunningCall {
  /** The id it was first called by, and those it was called by again. */
  readonly ids: readonly [string, ...string[]];
  readonly name: string;
  readonly args: Record<string, unknown>;
  /** A function answers once; a stream goes on until it ends or is stopped. */
  readonly kind: "function" | "stream";
  /** The run of the session that made the call: another session does not know the ids. */
  readonly run: string;
}

export interface ToolCalls {
  readonly running: readonly RunningCall[];
  /** How many calls were made in which turn. */
  readonly turn: number;
  readonly made: number;
}

export const noToolCalls: ToolCalls = { running: [], turn: 0, made: 0 };

/** What is known about the callee; undefined when the agent has no such tool. */
export type Callee = { readonly kind: "function" | "stream" } | undefined;

export interface CallContext {
  readonly turn: number;
  readonly run: string;
  /** The most calls in one turn. */
  readonly maxCalls: number;
  /** What the agent can do, for the answer to a call of something else. */
  readonly known: readonly string[];
}

export type CallVerdict =
  | { readonly type: "run"; readonly call: RunningCall }
  /** It runs already, and will answer this id too. */
  | { readonly type: "join" }
  | { readonly type: "answer"; readonly response: Record<string, unknown> };

/** Judges a call of the model. An id is always there on AI Studio; without one, the name stands in. */
export function admitCall(
  calls: ToolCalls,
  wanted: FunctionCall,
  callee: Callee,
  { turn, run, maxCalls, known }: CallContext,
): readonly [ToolCalls, CallVerdict] {
  const { name = "", args = {} } = wanted;
  const id = wanted.id ?? name;
  const made = (calls.turn === turn ? calls.made : 0) + 1;
  const counted = { ...calls, turn, made };
  if (!callee) return [counted, answer(`There is no function "${name}".`, { known })];
  const twin = calls.running.find((each) => each.name === name && same(each.args, args));
  if (twin?.kind === "stream")
    return [
      counted,
      {
        type: "answer",
        response: { status: "It is running already. Its results come as they are ready." },
      },
    ];
  if (twin)
    return [
      { ...counted, running: replace(calls.running, twin, { ...twin, ids: [...twin.ids, id] }) },
      { type: "join" },
    ];
  if (made > maxCalls)
    return [counted, answer(`More than ${maxCalls} calls in one turn: answer with what you have.`)];
  const call: RunningCall = { ids: [id], name, args, kind: callee.kind, run };
  return [
    { ...counted, running: [...calls.running, call] },
    { type: "run", call },
  ];
}

/** The call by its first id, as it is now. */
export const findCall = (calls: ToolCalls, id: string): RunningCall | undefined =>
  calls.running.find((call) => call.ids[0] === id);

/** It answered, ended, or was given up. */
export const removeCall = (calls: ToolCalls, id: string): ToolCalls => ({
  ...calls,
  running: calls.running.filter((call) => call.ids[0] !== id),
});

/** The calls that ids of a cancellation name: a call goes when all its ids are cancelled. */
export function cancelCalls(
  calls: ToolCalls,
  ids: readonly string[],
): readonly [ToolCalls, readonly RunningCall[]] {
  const left = calls.running.map((call) => ({
    call,
    ids: call.ids.filter((id) => !ids.includes(id)),
  }));
  return [
    { ...calls, running: left.flatMap(({ call, ids }) => (ids.length > 0 ? [call] : [])) },
    left.flatMap(({ call, ids }) => (ids.length > 0 ? [] : [call])),
  ];
}

/** The streams of a name; of every name when none is given. */
export const runningStreams = (calls: ToolCalls, name?: string): readonly RunningCall[] =>
  calls.running.filter(
    (call) => call.kind === "stream" && (name === undefined || call.name === name),
  );

const answer = (error: string, more = {}): CallVerdict => ({
  type: "answer",
  response: { error, ...more },
});

const replace = (all: readonly RunningCall[], old: RunningCall, next: RunningCall): RunningCall[] =>
  all.map((each) => (each === old ? next : each));

/** Arguments are the same when they say the same, in whatever order. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );

/**
 * The tool calls of a conversation that run, and whether a new one may.
 *
 * Every call must get a response: one without wedges the model's next turn. The same call made again while it runs (the
 * model re-issues blocking calls after a barge-in, under a new id) runs once and responds to both ids.
 */
import type { FunctionCall } from "../wire/live-api.ts";

export interface RunningCall {
  /** The id of the first call, and those of repeated calls. */
  readonly ids: readonly [string, ...string[]];
  readonly name: string;
  readonly args: Record<string, unknown>;
  /** A function responds once; a stream goes on until it ends or is stopped. */
  readonly kind: "function" | "stream";
  /** The session that made the call, by its invocation id: another session does not know the call's ids. */
  readonly run: string;
}

export interface ToolCalls {
  readonly running: readonly RunningCall[];
  /** `made` counts the calls of this turn. */
  readonly turn: number;
  readonly made: number;
}

export const noToolCalls: ToolCalls = { running: [], turn: 0, made: 0 };

/** The called tool; undefined when the agent has no such tool. */
type Callee = { readonly kind: "function" | "stream" } | undefined;

export interface CallContext {
  readonly turn: number;
  readonly run: string;
  /** The most calls in one turn. */
  readonly maxCalls: number;
  /** The names of the agent's tools, for the response to a call of an unknown one. */
  readonly known: readonly string[];
}

type CallVerdict =
  | { readonly type: "run"; readonly call: RunningCall }
  /** It runs already, and will respond to this id, too. */
  | { readonly type: "join" }
  /** A call of this id runs, and its response answers this one. */
  | { readonly type: "ignore" }
  | { readonly type: "answer"; readonly response: Record<string, unknown> };

/** Admits a call of the model, or not. AI Studio always sends an id; without one the name takes its place. */
export function admitCall(
  calls: ToolCalls,
  requested: FunctionCall,
  callee: Callee,
  { turn, run, maxCalls, known }: CallContext,
): readonly [ToolCalls, CallVerdict] {
  const { name = "", args = {} } = requested;
  const id = requested.id ?? name;
  const made = (calls.turn === turn ? calls.made : 0) + 1;
  const counted = { ...calls, turn, made };
  // Of a broken upstream: an operator's approval, for example, must be of one call.
  const named = requested.id !== undefined && calls.running.find(({ ids }) => ids.includes(id));
  if (named)
    return [counted, named.run === run ? { type: "ignore" } : answer("A call of this id runs.")];
  if (!callee) return [counted, answer(`There is no function "${name}".`, { known })];
  const duplicate = calls.running.find((each) => each.name === name && same(each.args, args));
  if (duplicate?.kind === "stream")
    return [
      counted,
      {
        type: "answer",
        response: { status: "It is running already. Its results come as they are ready." },
      },
    ];
  if (duplicate)
    return [
      {
        ...counted,
        running: replace(calls.running, duplicate, { ...duplicate, ids: [...duplicate.ids, id] }),
      },
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

/** The running call with a first id. */
export const findCall = (calls: ToolCalls, id: string): RunningCall | undefined =>
  calls.running.find((call) => call.ids[0] === id);

/** The call responded, ended, or was given up. */
export const removeCall = (calls: ToolCalls, id: string): ToolCalls => ({
  ...calls,
  running: calls.running.filter((call) => call.ids[0] !== id),
});

/** Cancels ids: a call is cancelled when all its ids are. @returns also the cancelled calls. */
export function cancelCalls(
  calls: ToolCalls,
  ids: readonly string[],
): readonly [ToolCalls, readonly RunningCall[]] {
  const remaining = calls.running.map((call) => ({
    call,
    ids: call.ids.filter((id) => !ids.includes(id)),
  }));
  return [
    { ...calls, running: remaining.flatMap(({ call, ids }) => (ids.length > 0 ? [call] : [])) },
    remaining.flatMap(({ call, ids }) => (ids.length > 0 ? [] : [call])),
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

/** Compares arguments without regard to the order of keys. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );

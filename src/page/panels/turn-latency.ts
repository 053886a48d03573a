/**
 * How long each turn took, from the frames of the connection: from the end of the user's speech, or the typed text, to the
 * first sound of the answer.
 *
 *     last loud frame ─► transcript ─► first event ─► first audio ─► first sound
 */
import type { Event } from "../../wire/adk.ts";
import type { FrameRecord } from "./frame-log.ts";

/** Ms after the start of the turn. */
export interface TurnLatency {
  readonly number: number;
  readonly input: "spoken" | "typed";
  /** The finished transcript of the user's speech. */
  readonly understood?: number;
  /** The agent's first event: text, transcript or tool call. */
  readonly firstEvent?: number;
  /** Arrived from the server. */
  readonly firstAudio?: number;
  /** Came out of the loudspeaker. */
  readonly firstSound?: number;
  readonly tools: readonly ToolTime[];
  readonly interrupted?: true;
}

interface ToolTime {
  readonly name: string;
  readonly from: number;
  /** Absent while the call runs. */
  readonly to?: number;
}

export interface LatencyState {
  /** Oldest first. */
  readonly turns: readonly TurnLatency[];
  readonly current?: {
    readonly turn: TurnLatency;
    readonly startedAt: number;
    readonly seq?: number;
  };
  /** The latest input that no answer has followed. */
  readonly input?: { readonly at: number; readonly kind: TurnLatency["input"] };
  readonly understoodAt?: number;
  readonly nextNumber: number;
}

export const noLatency: LatencyState = { turns: [], nextNumber: 1 };

const maxTurns = 200;

/** Louder than a quiet room: RMS, from 0 to 1. */
const speechLoudness = 0.015;

/** @param frame the parsed frame of a record that is JSON. */
export function reduceLatency(
  state: LatencyState,
  record: FrameRecord,
  frame: unknown,
): LatencyState {
  const { direction, kind, at } = record;
  if (kind === "audio")
    return direction === "in" ? onAudio(state, at, record.seq) : onMicrophone(state, record);
  if (direction === "out") return onSent(state, at, frame);
  if (direction === "in" && Object(frame).type === "event")
    return onEvent(state, at, Object((frame as { event?: unknown }).event) as Partial<Event>);
  return state;
}

/** Packets of Opus have no loudness: each counts as speech. */
function onMicrophone(state: LatencyState, { at, loudness }: FrameRecord): LatencyState {
  if (loudness !== undefined && loudness < speechLoudness) return state;
  return withInput(state, at, "spoken");
}

function withInput(state: LatencyState, at: number, kind: TurnLatency["input"]): LatencyState {
  const { understoodAt: _, ...rest } = state;
  return { ...rest, input: { at, kind } };
}

function onSent(state: LatencyState, at: number, frame: unknown): LatencyState {
  const { type, seq, ms } = Object(frame) as { type?: unknown; seq?: unknown; ms?: unknown };
  if (type === "text") return withInput(state, at, "typed");
  const { current } = state;
  if (type !== "played" || typeof ms !== "number" || !current) return state;
  // Received frames have the low 24 bits alone.
  if (current.turn.firstAudio === undefined || current.turn.firstSound !== undefined) return state;
  if (typeof seq !== "number" || seq % 2 ** 24 !== current.seq) return state;
  return withTurn(state, { firstSound: current.turn.firstAudio + ms });
}

function onAudio(state: LatencyState, at: number, seq: number | undefined): LatencyState {
  const begun = begin(state);
  const { current } = begun;
  if (!current || current.turn.firstAudio !== undefined) return begun;
  const next = withTurn(begun, { firstAudio: at - current.startedAt });
  return seq === undefined || !next.current ? next : { ...next, current: { ...next.current, seq } };
}

function onEvent(state: LatencyState, at: number, event: Partial<Event>): LatencyState {
  if (event.author === "user")
    return event.inputTranscription?.finished && state.input
      ? { ...state, understoodAt: at }
      : state;
  const parts = event.content?.parts ?? [];
  const speaks = parts.length > 0 || event.outputTranscription !== undefined;
  const next = speaks ? onContent(state, at, parts) : state;
  if (!event.turnComplete && !event.interrupted) return next;
  const ended = event.interrupted ? withTurn(next, { interrupted: true }) : next;
  const { current: _, ...rest } = ended;
  return rest;
}

type Parts = NonNullable<NonNullable<Event["content"]>["parts"]>;

function onContent(state: LatencyState, at: number, parts: Parts): LatencyState {
  const begun = begin(state);
  const { current } = begun;
  if (!current) return begun;
  const ms = at - current.startedAt;
  const tools = parts.reduce((tools, part) => addTool(tools, part, ms), current.turn.tools);
  return withTurn(begun, { firstEvent: current.turn.firstEvent ?? ms, tools });
}

function addTool(tools: readonly ToolTime[], part: Parts[number], ms: number): readonly ToolTime[] {
  if (part.functionCall) return [...tools, { name: part.functionCall.name ?? "a tool", from: ms }];
  const name = part.functionResponse?.name;
  const open = tools.findIndex((tool) => tool.name === name && tool.to === undefined);
  return tools.map((tool, at) => (at === open ? { ...tool, to: ms } : tool));
}

/** A turn begins with the first of its answer, if there was an input. Until then the input may still go on. */
function begin(state: LatencyState): LatencyState {
  const { input, understoodAt, nextNumber, ...rest } = state;
  if (rest.current || !input) return state;
  const turn: TurnLatency = {
    number: nextNumber,
    input: input.kind,
    ...(understoodAt !== undefined && { understood: understoodAt - input.at }),
    tools: [],
  };
  return {
    turns: [...rest.turns, turn].slice(-maxTurns),
    current: { turn, startedAt: input.at },
    nextNumber: nextNumber + 1,
  };
}

function withTurn(state: LatencyState, change: Partial<TurnLatency>): LatencyState {
  const { current } = state;
  if (!current) return state;
  const turn = { ...current.turn, ...change };
  return {
    ...state,
    current: { ...current, turn },
    turns: state.turns.map((each) => (each.number === turn.number ? turn : each)),
  };
}

export const latencySteps = ["understood", "firstEvent", "firstAudio", "firstSound"] as const;

export type LatencyStep = (typeof latencySteps)[number];

/** The smallest measurement that `share` of them do not exceed (nearest rank); undefined without any. */
export function percentile(
  turns: readonly TurnLatency[],
  step: LatencyStep,
  share: number,
): number | undefined {
  const sorted = turns.flatMap((turn) => turn[step] ?? []).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

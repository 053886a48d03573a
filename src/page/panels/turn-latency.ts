/**
 * How long each turn took, from the end of the user's speech, or the typed text, to the first sound of the answer:
 *
 *     last word ─► in the socket ─► transcript ─► first event ─► first audio ─► first sound
 *
 * The client measures the last word, the way of its frame into the socket, the first audio and the first sound; the
 * rest comes from the frames of the connection. A turn without sound has the frames alone, and begins with the last loud one.
 */
import type { AnswerWait } from "../../../packages/client/src/index.ts";
import type { Event } from "../../wire/adk.ts";
import type { FrameRecord } from "./frame-log.ts";

/** Ms after the start of the turn. */
export interface TurnLatency {
  readonly number: number;
  readonly input: "spoken" | "typed";
  /** The start, on the clock of `performance.now()`. */
  readonly at: number;
  /** The last frame of speech is in the socket. */
  readonly sent?: number;
  /** The finished transcript of the user's speech. */
  readonly understood?: number;
  /** The agent's first event: text, transcript or tool call. */
  readonly firstEvent?: number;
  /** Arrived from the server. */
  readonly firstAudio?: number;
  /** Came out of the loudspeaker. */
  readonly firstSound?: number;
  /** Of the time from the first audio to the first sound: what the jitter buffer waits for. */
  readonly jitterTarget?: number;
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
  /** The turn that is on. */
  readonly current?: number;
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
    return direction === "in" ? onAudio(state, at) : onMicrophone(state, record);
  if (direction === "out")
    return Object(frame).type === "text" ? withInput(state, at, "typed") : state;
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

function onAudio(state: LatencyState, at: number): LatencyState {
  const begun = begin(state);
  return withTurn(begun, begun.current, (turn) => ({
    ...turn,
    firstAudio: turn.firstAudio ?? at - turn.at,
  }));
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
  const ended = event.interrupted
    ? withTurn(next, next.current, (turn) => ({ ...turn, interrupted: true }))
    : next;
  const { current: _, ...rest } = ended;
  return rest;
}

type Parts = NonNullable<NonNullable<Event["content"]>["parts"]>;

function onContent(state: LatencyState, at: number, parts: Parts): LatencyState {
  const begun = begin(state);
  return withTurn(begun, begun.current, (turn) => {
    const ms = at - turn.at;
    const tools = parts.reduce((tools, part) => addTool(tools, part, ms), turn.tools);
    return { ...turn, firstEvent: turn.firstEvent ?? ms, tools };
  });
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
  if (rest.current !== undefined || !input) return state;
  const turn: TurnLatency = {
    number: nextNumber,
    input: input.kind,
    at: input.at,
    ...(understoodAt !== undefined && { understood: understoodAt - input.at }),
    tools: [],
  };
  return {
    turns: [...rest.turns, turn].slice(-maxTurns),
    current: nextNumber,
    nextNumber: nextNumber + 1,
  };
}

function withTurn(
  state: LatencyState,
  number: number | undefined,
  change: (turn: TurnLatency) => TurnLatency,
): LatencyState {
  const turns = state.turns.map((turn) => (turn.number === number ? change(turn) : turn));
  return number === undefined ? state : { ...state, turns };
}

/** The answer of the latest turn becomes audible: the client's own figures take the place of those by frames. */
export function addWait(state: LatencyState, wait: AnswerWait): LatencyState {
  const latest = state.turns.findLast(({ firstAudio }) => firstAudio !== undefined);
  if (!latest || latest.firstSound !== undefined) return state;
  return withTurn(state, latest.number, (turn) => withWait(turn, wait));
}

function withWait(turn: TurnLatency, wait: AnswerWait): TurnLatency {
  const { askedAt, microphoneMs, answerMs, playbackMs, jitterTargetMs } = wait;
  const later = turn.at - askedAt;
  const moved = (ms: number): number => Math.max(0, ms + later);
  const firstAudio = (microphoneMs ?? 0) + answerMs;
  return {
    ...turn,
    at: askedAt,
    ...(microphoneMs !== undefined && { sent: microphoneMs }),
    ...(turn.understood !== undefined && { understood: moved(turn.understood) }),
    ...(turn.firstEvent !== undefined && { firstEvent: moved(turn.firstEvent) }),
    firstAudio,
    firstSound: firstAudio + playbackMs,
    jitterTarget: jitterTargetMs,
    tools: turn.tools.map(({ name, from, to }) => ({
      name,
      from: moved(from),
      ...(to !== undefined && { to: moved(to) }),
    })),
  };
}

export const latencySteps = [
  "sent",
  "understood",
  "firstEvent",
  "firstAudio",
  "firstSound",
] as const;

export type LatencyStep = (typeof latencySteps)[number];

/** Parts of the wait that follow each other, and the jitter buffer's share of the last of them. */
export const latencyParts = {
  toWire: ({ sent }: TurnLatency) => sent,
  toAnswer: ({ sent = 0, firstAudio }: TurnLatency) => difference(sent, firstAudio),
  toEar: ({ firstAudio, firstSound }: TurnLatency) => difference(firstAudio, firstSound),
  jitterTarget: ({ jitterTarget }: TurnLatency) => jitterTarget,
  total: ({ firstSound }: TurnLatency) => firstSound,
} as const;

export type LatencyPart = keyof typeof latencyParts;

const difference = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : to - from;

/** The smallest measurement that `share` of them do not exceed (nearest rank); undefined without any. */
export function percentile(
  turns: readonly TurnLatency[],
  measure: (turn: TurnLatency) => number | undefined,
  share: number,
): number | undefined {
  const sorted = turns.flatMap((turn) => measure(turn) ?? []).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

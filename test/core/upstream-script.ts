/** States, events and a player for the tests of the upstream FSM. The turn goes with it, as in the relay's engine. */
import {
  audioOf,
  encodeAudio,
  type UpstreamMessage,
  type MessageKind,
} from "../../src/core/upstream/encoding.ts";
import {
  noFailures,
  upstreamRules,
  type EventName,
  type StateName,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamRules,
  type UpstreamState,
} from "../../src/core/upstream/fsm-types.ts";
import { nextDeadline, step } from "../../src/core/upstream/fsm.ts";
import { emptyQueue } from "../../src/core/upstream/pending-queue.ts";
import { clientError } from "../../src/core/errors.ts";
import {
  initialTurn,
  reduceTurn,
  type TurnSignal,
  type TurnState,
} from "../../src/core/turn-state.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

/** The real ones, with little room. */
export const rules: UpstreamRules = {
  ...upstreamRules,
  maxPendingBytes: 400,
  maxUtteranceBytes: 300,
};

export const now = 100_000;

/** @param name in the text, or in the first bytes of the audio. */
export const message = (kind: MessageKind, name: string = kind): UpstreamMessage =>
  kind === "audio"
    ? encodeAudio({ pcm: pcmNamed(name), rate: 16_000 })
    : { kind, bytes: 100, payload: { realtimeInput: { text: name } } };

/** 100 bytes as base64. */
function pcmNamed(name: string): Uint8Array {
  const pcm = new Uint8Array(75);
  pcm.set(new TextEncoder().encode(name));
  return pcm;
}

/** The name of a message of `message`. */
export function nameOf(named: UpstreamMessage): string {
  const audio = audioOf(named);
  if (audio) return new TextDecoder().decode(audio.pcm).replaceAll("\0", "");
  return (named.payload as { realtimeInput: { text: string } }).realtimeInput.text;
}
export const send = (sent: UpstreamMessage): UpstreamEvent => ({ type: "send", message: sent });
export const received = (serverMessage: ServerMessage) =>
  ({ type: "serverMessage", message: serverMessage }) as const;
export const timer: UpstreamEvent = { type: "timer" };
export const clientJoined: UpstreamEvent = { type: "clientJoined" };
export const lastClientLeft: UpstreamEvent = { type: "lastClientLeft" };
export const socketOpened: UpstreamEvent = { type: "socketOpened" };
export const speech = (on: boolean): UpstreamEvent => ({ type: "speech", on });
export const audio = message("audio");
export const sendAudio = send(audio);
export const sendText = send(message("text"));
export const lost = (reason: string): UpstreamEvent => ({ type: "socketClosed", reason });
export const setupComplete = received({ setupComplete: {} });
export const output = received({ serverContent: { modelTurn: { parts: [] } } });
export const turnComplete = received({ serverContent: { turnComplete: true } });
/** The end of "Let me think.", before the answer. */
export const fillerComplete = received({
  serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" },
});
export const interrupted = received({ serverContent: { interrupted: true } });
export const generated = received({ serverContent: { generationComplete: true } });
export const goAway = received({ goAway: { timeLeft: "10s" } });
export const speechStarted = received({ voiceActivity: { type: "ACTIVITY_START" } });
export const transcript = received({ serverContent: { inputTranscription: { text: "Hi" } } });
export const toolCall = received({ toolCall: { functionCalls: [{ id: "c1", name: "f" }] } });
export const toolResponse = send({
  payload: { toolResponse: { functionResponses: [{ id: "c1", name: "f", response: {} }] } },
  kind: "text",
  bytes: 10,
});
export const resumption = (sessionResumptionUpdate: object) =>
  received({ sessionResumptionUpdate });

const between = {
  handle: undefined,
  parkAt: undefined,
  unanswered: false,
  stalledAt: undefined,
  failures: noFailures,
  pending: emptyQueue,
  retransmission: undefined,
};
const inSession = {
  handle: undefined,
  parkAt: undefined,
  failures: noFailures,
  openedAt: 0,
  toolsRunning: false,
  lastActivityAt: now,
  utterance: undefined,
  responses: [],
  unverified: false,
  retransmitBuffer: undefined,
  handleStale: false,
} as const;

export const states: { readonly [S in StateName]: UpstreamState<S> } = {
  parked: { state: "parked", parkAt: undefined, handle: undefined, unanswered: false },
  connecting: { state: "connecting", deadline: now, ...between },
  backoff: { state: "backoff", retryAt: now, ...between },
  queued: { state: "queued", ...between },
  open: { state: "open", ...inSession },
  draining: { state: "draining", deadline: now, ...inSession },
  ended: {
    state: "ended",
    error: clientError("UPSTREAM_UNAUTHENTICATED", "no"),
    retryAt: now,
    handle: undefined,
    parkAt: undefined,
  },
};

export const events: { readonly [E in EventName]: UpstreamEvent<E> } = {
  clientJoined: { type: "clientJoined" },
  lastClientLeft: { type: "lastClientLeft" },
  send: { type: "send", message: message("text") },
  speech: { type: "speech", on: true },
  toolsRunning: { type: "toolsRunning", on: true },
  socketOpened: { type: "socketOpened" },
  serverMessage: setupComplete,
  socketClosed: { type: "socketClosed", reason: "1006 " },
  inputAborted: { type: "inputAborted" },
  admitted: { type: "admitted" },
  agentChanged: { type: "agentChanged" },
  end: { type: "end" },
  timer: { type: "timer" },
};

const noTurn = initialTurn(0);
/** A turn whose answer is being generated. */
export const generating: TurnState = {
  ...initialTurn(1),
  open: true,
  phase: "generating",
  lastSignAt: now,
};

export const show = (upstream: UpstreamState, effects: readonly UpstreamEffect[]): string =>
  [upstream.state, effects.map(({ type }) => type).join(", ")].filter(Boolean).join(": ");

/** The upstream and the turn that goes with it. */
export interface Position {
  readonly upstream: UpstreamState;
  readonly turn: TurnState;
}

/** A session with a handle, where nothing goes on. */
export const idle: Position = {
  upstream: { ...states.open, handle: "h1", lastActivityAt: 0 },
  turn: noTurn,
};

/** One event: first the turn, then the FSM, then what its effects do to the turn. */
export function apply(
  { upstream, turn: before }: Position,
  event: UpstreamEvent,
  at: number,
  within: UpstreamRules = rules,
): Position & { readonly effects: readonly UpstreamEffect[] } {
  let turn = before;
  const advance = (signal: TurnSignal): void => void (turn = reduceTurn(turn, signal, at));
  if (event.type === "speech") advance(event);
  if (event.type === "serverMessage")
    advance({
      ...event,
      context: { inputTranscript: "deltas", longRunning: [], idle: "interactionStatus" },
      discarded: false,
    });
  const [next, effects] = step(upstream, event, at, within, turn);
  for (const effect of effects) {
    if (effect.type === "send") advance({ type: "sent", message: effect.message });
    if (effect.type === "interruptTurn" && turn.open) advance({ type: "interrupted" });
    if (effect.type === "completeTurn" && turn.open) advance({ type: "completed" });
  }
  const isClosed = ({ state }: UpstreamState): boolean => state === "parked" || state === "ended";
  if (isClosed(next) && !isClosed(upstream)) advance({ type: "upstreamClosed" });
  const isInput =
    event.type === "send" &&
    event.message.kind === "text" &&
    !("toolResponse" in event.message.payload);
  if (isInput && !effects.some(({ type }) => type === "rejectRequest"))
    advance({ type: "clientInput", request: { type: "text", text: "" } });
  return { upstream: next, turn, effects };
}

/** Plays events, each with its time in ms. @returns where they lead, and the effects of all of them. */
export function play(
  start: Position | UpstreamState,
  ...script: readonly (readonly [number, UpstreamEvent])[]
) {
  let position: Position = "upstream" in start ? start : { upstream: start, turn: noTurn };
  const effects: UpstreamEffect[] = [];
  for (const [at, event] of script) {
    const next = apply(position, event, at);
    position = next;
    effects.push(...next.effects);
  }
  const { upstream, turn } = position;
  return { upstream, turn, effects, did: effects.map(({ type }) => type) };
}

export const deadline = ({ upstream, turn }: Position, within = rules): number | undefined =>
  nextDeadline(upstream, within, turn);

/** Random scripts of events for the property tests of the upstream FSM and the turn. */
import fc from "fast-check";
import {
  parked,
  type UpstreamEffect,
  type UpstreamEvent,
} from "../../src/core/upstream/fsm-types.ts";
import { initialTurn } from "../../src/core/turn-state.ts";
import {
  apply,
  clientJoined,
  fillerComplete,
  generated,
  goAway,
  interrupted,
  lastClientLeft,
  lost,
  message,
  output,
  received,
  resumption,
  send,
  sendAudio,
  setupComplete,
  socketOpened,
  speech,
  speechStarted,
  timer,
  toolCall,
  toolResponse,
  transcript,
  turnComplete,
  type Position,
} from "./upstream-script.ts";

export const text = message("text");
export const inBandError = received({ error: { message: "x" } });
export const cancellation = received({ toolCallCancellation: { ids: ["c1"] } });
const anyEvent = fc.constantFrom<UpstreamEvent>(
  clientJoined,
  lastClientLeft,
  send(text),
  sendAudio,
  socketOpened,
  lost("1006"),
  lost("quota"),
  timer,
  { type: "inputAborted" },
  { type: "admitted" },
  { type: "agentChanged" },
  { type: "end" },
  speech(true),
  speech(false),
  { type: "toolsRunning", on: true },
  lost("1008 BidiGenerateContent session not found"),
  lost("1011 Internal error encountered."),
  resumption({ newHandle: "h", resumable: true }),
  goAway,
  output,
  toolCall,
  toolResponse,
  cancellation,
  speechStarted,
  transcript,
  interrupted,
  generated,
  setupComplete,
  inBandError,
  turnComplete,
  fillerComplete,
);
export const anyScript = fc.array(fc.tuple(anyEvent, fc.nat(12_000)), {
  minLength: 20,
  maxLength: 120,
});

interface Played {
  readonly event: UpstreamEvent;
  readonly at: number;
  readonly before: Position;
  readonly after: Position;
  readonly effects: readonly UpstreamEffect[];
  /** Whether there was a socket before the event. */
  readonly hadSocket: boolean;
  readonly hasSocket: boolean;
}

/** Plays a script as a real socket would: no event of the socket comes while there is none. */
export function* playing(script: readonly (readonly [UpstreamEvent, number])[]): Generator<Played> {
  let position: Position = { upstream: parked, turn: initialTurn(0) };
  let hasSocket = false;
  let at = 0;
  for (const [event, later] of script) {
    const fromSocket = ["socketOpened", "serverMessage", "socketClosed"].includes(event.type);
    if (fromSocket && !hasSocket) continue;
    const before = position;
    const hadSocket = hasSocket;
    if (event.type === "socketClosed") hasSocket = false;
    const { effects, ...after } = apply(before, event, (at += later));
    for (const { type } of effects) {
      if (type === "connect") hasSocket = true;
      if (type === "closeSocket") hasSocket = false;
    }
    position = after;
    yield { event, at, before, after, effects, hadSocket, hasSocket };
  }
}

export const everyScript = (check: (steps: Generator<Played>) => void): void =>
  fc.assert(
    fc.property(anyScript, (script) => check(playing(script))),
    { numRuns: 500 },
  );

/** Five hundred scripts: a second on a quiet machine, and several on a busy one. */
export const timeoutMs = 30_000;

/** Steps and a player for the tests of the run queue. The turn goes with it, as in the relay's engine. */
import { stampEvent } from "../../src/core/adk/event.ts";
import { translate, noPartialTranscripts } from "../../src/core/adk/live-to-adk.ts";
import {
  abandonRun,
  emptyRunQueue,
  enqueueRun,
  onEvent,
  onTimer,
  rejectRun,
  type RunEffect,
  type RunQueue,
} from "../../src/core/adk/run-queue.ts";
import {
  initialTurn,
  reduceTurn,
  type TurnSignal,
  type TurnState,
} from "../../src/core/turn-state.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

export type Step =
  | { readonly run: string; readonly kind?: "answer" }
  | { readonly abandon: string }
  | { readonly reject: string }
  | { readonly wait: number }
  /** A message of the model. */
  | { readonly model: ServerMessage }
  /** An event of the relay's own. */
  | { readonly publish: Omit<EventBody, "author"> }
  | { readonly signal: TurnSignal };

const context = {
  agent: "assistant",
  model: "m",
  inputTranscript: "final",
  longRunning: ["slow"],
  idle: "interactionStatus",
} as const;

/** Plays a script from 0 ms on, with the turn as the engine has it. @returns the effects, as "start a". */
export function play(...steps: readonly Step[]): {
  readonly did: string[];
  readonly queue: RunQueue;
  readonly turn: TurnState;
} {
  let [queue, turn, now] = [emptyRunQueue, initialTurn(0), 0];
  const did: string[] = [];
  const apply = ([next, effects]: readonly [RunQueue, readonly RunEffect[]]): void => {
    queue = next;
    for (const { type, id } of effects) did.push(`${type} ${id}`);
  };
  const publish = (body: Omit<EventBody, "author">): void => {
    const event = stampEvent({ author: "assistant", ...body }, { id: "e", invocationId: "", now });
    apply(onEvent(queue, event, turn, now));
  };
  const advance = (signal: TurnSignal): void => void (turn = reduceTurn(turn, signal, now));
  for (const step of steps)
    if ("run" in step)
      apply(enqueueRun(queue, { id: step.run, kind: step.kind ?? "input" }, turn, now));
    else if ("abandon" in step) apply(abandonRun(queue, step.abandon, turn, now));
    else if ("reject" in step) apply(rejectRun(queue, step.reject, turn, now));
    else if ("wait" in step) apply(onTimer(queue, turn, (now += step.wait)));
    else if ("signal" in step) {
      advance(step.signal);
      if (step.signal.type === "interrupted") publish({ interrupted: true });
      else apply(onTimer(queue, turn, now));
    } else if ("publish" in step) {
      advance({ type: "published", event: { author: "assistant", ...step.publish } });
      publish(step.publish);
    } else {
      const message = step.model;
      advance({ type: "serverMessage", message, context: context, discarded: false });
      for (const body of translate(noPartialTranscripts, message, context)[1]) publish(body);
    }
  return { did, queue, turn };
}

const speech24 = { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } };
export const output: Step = {
  model: {
    serverContent: { modelTurn: { parts: [speech24] }, outputTranscription: { text: "Hi" } },
  },
};
export const turnComplete: Step = { model: { serverContent: { turnComplete: true } } };
const completeWith = (interactionStatus: string): Step => ({
  model: { serverContent: { turnComplete: true, interactionStatus } },
});
/** The end of "Let me think.", before the answer. */
export const filler = completeWith("IN_PROGRESS");
/** The end of the answer of a model that reports it. */
export const idle = completeWith("IDLE");
export const interrupted: Step = { model: { serverContent: { interrupted: true } } };
export const speech: Step = { model: { voiceActivity: { type: "ACTIVITY_START" } } };
export const call = (id: string, name = "f"): Step => ({
  model: { toolCall: { functionCalls: [{ id, name }] } },
});
export const result = (id: string, more = {}): Step => ({
  publish: {
    content: { role: "user", parts: [{ functionResponse: { id, name: "f", ...more } }] },
  },
});
export const typed: Step = {
  signal: { type: "clientInput", request: { type: "text", text: "What time is it?" } },
};

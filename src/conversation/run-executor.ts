/** Executes runs (ADK: `/run`, `/run_sse`) in order: sends a run's input to the model, and the events to its client. */
import { errorEvent } from "../core/adk/event.ts";
import { toRunEvent } from "../core/adk/run-events.ts";
import {
  abandonRun,
  emptyRunQueue,
  enqueueRun,
  isOfRun,
  isQueueFull,
  nextTimeout,
  onEvent,
  onTimer,
  rejectRun,
  type RunStep,
} from "../core/adk/run-queue.ts";
import type { ClientRequest, RunRequest } from "../core/client-request.ts";
import { confirmationFunction } from "../core/policy/approval.ts";
import type { Timer } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import type { Event } from "../wire/adk.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import { conversationEnded, runQueueFull, runTooLong } from "./errors.ts";
import type { Module, UpstreamChange } from "./module.ts";
import type { Requests } from "./requests.ts";

interface OpenRun {
  readonly request: RunRequest;
  readonly connection: Connection;
  /** Ids of the calls of its turn that have no response. */
  readonly calls: Set<string>;
}

export class RunExecutor implements Module {
  readonly #context: ConversationContext;
  readonly #requests: Requests;
  readonly #engine: Engine;
  readonly #open = new Map<string, OpenRun>();
  #queue = emptyRunQueue;
  #timer: Timer | undefined;

  constructor(context: ConversationContext, requests: Requests, engine: Engine) {
    this.#context = context;
    this.#requests = requests;
    this.#engine = engine;
  }

  onRequest(connection: Connection, request: ClientRequest): boolean {
    if (request.type !== "run") return false;
    this.#start(connection, request);
    return true;
  }

  onEvent(event: Event): void {
    for (const run of this.#queue.active) {
      if (isOfRun(run, event, this.#context.turn)) this.#send(run.id, event);
      trackCalls(this.#open.get(run.id)?.calls, event);
    }
    this.#apply(onEvent(this.#queue, event, this.#context.turn, this.#now));
  }

  /** Without a session no turn is in progress: a waiting run may start. */
  onUpstream({ type }: UpstreamChange): void {
    if (type === "idle") this.#onTimer();
  }

  /** Cancels a waiting run, and stops the turn of one that has started, unless it became another client's. */
  onLeave(connection: Connection): void {
    const { id } = connection;
    const run = this.#open.get(id);
    if (!run) return;
    this.#open.delete(id);
    const isActive = this.#queue.active.some((active) => active.id === id);
    const stopped = isActive && this.#engine.abortTurn(connection, [...run.calls]);
    const leave = stopped ? rejectRun : abandonRun;
    this.#apply(leave(this.#queue, id, this.#context.turn, this.#now));
  }

  /** A request that is refused before its run starts ends its connection too. */
  onRefused(connection: Connection): void {
    if (connection.attachment.protocol !== "adk-run") return;
    this.#open.delete(connection.id);
    connection.close(1000, "");
    this.#apply(rejectRun(this.#queue, connection.id, this.#context.turn, this.#now));
  }

  onEnding(): void {
    const active = new Set(this.#queue.active.map(({ id }) => id));
    const open = [...this.#open.keys()];
    this.#apply([emptyRunQueue, []]);
    for (const id of open) this.#fail(id, conversationEnded(active.has(id)));
  }

  #start(connection: Connection, request: RunRequest): void {
    const { id } = connection;
    this.#open.set(id, { request, connection, calls: new Set() });
    if (isQueueFull(this.#queue)) return this.#fail(id, runQueueFull());
    if (request.parts.some(({ type }) => type === "text")) return this.#enqueue(id, "input");
    if (request.parts.some(({ type }) => type !== "state")) return this.#enqueue(id, "answer");
    this.#sendInput(id);
    this.#close(id);
  }

  #enqueue(id: string, kind: "input" | "answer"): void {
    this.#apply(enqueueRun(this.#queue, { id, kind }, this.#context.turn, this.#now));
  }

  #onTimer(): void {
    this.#apply(onTimer(this.#queue, this.#context.turn, this.#now));
  }

  #apply([queue, effects]: RunStep): void {
    this.#queue = queue;
    for (const effect of effects) {
      // Deferred: the context must publish and record the current event first.
      if (effect.type === "start") queueMicrotask(() => this.#sendInput(effect.id));
      if (effect.type === "end") this.#close(effect.id);
      if (effect.type === "late") this.#fail(effect.id, runTooLong(effect.started));
      if (effect.type === "full") this.#fail(effect.id, runQueueFull());
    }
    this.#setTimer();
  }

  #sendInput(id: string): void {
    const run = this.#open.get(id);
    if (!run) return;
    this.#context.contain(run.connection, () => {
      for (const part of run.request.parts)
        if (this.#open.has(id)) this.#requests.handle(run.connection, part);
    });
  }

  #send(id: string, event: Event): void {
    const run = this.#open.get(id);
    if (!run) return;
    // A client with a live connection already receives partial text there.
    const isLive = this.#context.connections.joinedBy("adk-live").length > 0;
    const streaming = run.request.streaming && !isLive;
    const runEvent = toRunEvent(event, { ...run.request, streaming });
    if (runEvent) run.connection.push(JSON.stringify(runEvent));
  }

  #fail(id: string, error: ClientError): void {
    const event = this.#context.recorder.stamp(errorEvent(error));
    this.#open.get(id)?.connection.push(JSON.stringify(event));
    this.#close(id);
  }

  #close(id: string): void {
    const run = this.#open.get(id);
    this.#open.delete(id);
    run?.connection.close(1000, "");
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const at = nextTimeout(this.#queue, this.#context.turn);
    if (at === undefined) return;
    const ms = Math.max(0, at - this.#now);
    this.#timer = this.#context.clock.after(ms, () => this.#onTimer());
  }

  get #now(): number {
    return this.#context.clock.now();
  }
}

/** Keeps the calls of a turn that have no final response. */
function trackCalls(calls: Set<string> | undefined, { content }: Event): void {
  for (const { functionCall, functionResponse } of content?.parts ?? []) {
    if (functionCall?.id) calls?.add(functionCall.id);
    const { id, name, willContinue } = functionResponse ?? {};
    if (id && !willContinue && name !== confirmationFunction) calls?.delete(id);
  }
}

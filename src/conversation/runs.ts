/**
 * Turns that are asked for one by one: keeps whoever asked, says their words when it is their time, and tells them what
 * comes of it until it is over.
 */
import { errorEvent } from "../core/adk/event.ts";
import { clientError } from "../core/errors.ts";
import type { InputPart, RunRequest } from "../core/client-request.ts";
import { toRunEvent } from "../core/adk/run-events.ts";
import {
  enqueueRun,
  removeRun,
  nextTimeout,
  onEvent,
  isQueueFull,
  emptyRunQueue,
  rejectRun,
  onTimer,
  type RunStep,
} from "../core/adk/run-queue.ts";
import type { Participants, Seat } from "./connections.ts";
import type { Event, EventBody } from "../wire/adk.ts";
import type { Clock, Timer } from "./clock.ts";

export interface Stage {
  readonly participants: Participants;
  clock(): Clock;
  /** Says a piece in somebody's name, like a frame of theirs. */
  take(piece: InputPart, socket: WebSocket, seat: Seat): void;
  event(body: EventBody): Event;
}

interface Asked {
  readonly request: RunRequest;
  readonly socket: WebSocket;
  readonly seat: Seat;
}

export class Runs {
  readonly #stage: Stage;
  readonly #asked = new Map<string, Asked>();
  #runs = emptyRunQueue;
  #said: readonly string[] = [];
  #timer: Timer | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  ask(request: RunRequest, socket: WebSocket, seat: Seat): void {
    const { id } = seat;
    this.#asked.set(id, { request, socket, seat });
    if (isQueueFull(this.#runs)) return this.#fail(id, tooManyRuns());
    const words = request.parts.some(({ type }) => type === "text");
    if (words) return this.#do(enqueueRun(this.#runs, { id, kind: "words" }, this.#now()));
    if (request.parts.some(({ type }) => type !== "state"))
      return this.#do(enqueueRun(this.#runs, { id, kind: "answer" }, this.#now()));
    this.#say(id);
    this.#end(id);
  }

  /** Everyone was told. */
  hear(event: Event): void {
    for (const id of this.#said) this.#tell(id, event);
    this.#do(onEvent(this.#runs, event, this.#now()));
  }

  /** Whoever asked is gone: their words are not said any more, or go on being answered. */
  leave({ id }: Seat): void {
    if (this.#asked.delete(id)) this.#do(removeRun(this.#runs, id, this.#now()));
  }

  /** Everybody must go: whoever asked hears what became of it. */
  close(): void {
    const said = this.#said;
    const open = [...this.#asked.keys()];
    this.#do([emptyRunQueue, []]);
    for (const id of open) this.#fail(id, ended(said.includes(id)));
  }

  /** They were told why it was not taken. */
  refused(socket: WebSocket, { id, door }: Seat): void {
    if (door !== "run") return;
    this.#asked.delete(id);
    this.#stage.participants.dismiss(socket, 1000, "");
    this.#do(rejectRun(this.#runs, id, this.#now()));
  }

  #do([runs, effects]: RunStep): void {
    this.#runs = runs;
    this.#said = runs.active.map(({ id }) => id);
    for (const effect of effects) {
      // What is told now is told to its end first.
      if (effect.type === "say") queueMicrotask(() => this.#say(effect.id));
      if (effect.type === "end") this.#end(effect.id);
      if (effect.type === "late") this.#fail(effect.id, late(effect.started));
    }
    this.#setTimer();
  }

  #say(id: string): void {
    const asked = this.#asked.get(id);
    for (const piece of asked?.request.parts ?? [])
      if (asked && this.#asked.has(id)) this.#stage.take(piece, asked.socket, asked.seat);
  }

  #tell(id: string, event: Event): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    const { participants } = this.#stage;
    // Whoever also follows the talk live has the words as they come from there.
    const streaming = asked.request.streaming && participants.at("adk-live").length === 0;
    const written = toRunEvent(event, { ...asked.request, streaming });
    if (written) participants.push(asked.socket, JSON.stringify(written));
  }

  #fail(id: string, no: ReturnType<typeof clientError>): void {
    const asked = this.#asked.get(id);
    const event = this.#stage.event(errorEvent(no));
    if (asked) this.#stage.participants.push(asked.socket, JSON.stringify(event));
    this.#end(id);
  }

  #end(id: string): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked) this.#stage.participants.dismiss(asked.socket, 1000, "");
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const at = nextTimeout(this.#runs);
    if (at === undefined) return;
    const ms = Math.max(0, at - this.#now());
    this.#timer = this.#stage.clock().after(ms, () => this.#do(onTimer(this.#runs, this.#now())));
  }

  #now(): number {
    return this.#stage.clock().now();
  }
}

const late = (said: boolean) =>
  clientError(
    "RUN_TOO_LONG",
    said
      ? "The answer was not over after 60 s. What was said until now is kept in the session, and the rest will be: read it there."
      : "The message waited for 60 s while others talked, and was not said. The session is as it was; send it again.",
  );

const ended = (said: boolean) =>
  clientError(
    "NOT_FOUND",
    said
      ? "The conversation was ended before the answer was over. If the session is still there, what was said until then is kept in it."
      : "The conversation was ended while the message waited for its turn, so it was not said. If the session is still there, send it again.",
  );

const tooManyRuns = () =>
  clientError(
    "RUN_QUEUE_FULL",
    "Too many messages wait for their turn in this session, so this one was not taken. Send it again later.",
  );

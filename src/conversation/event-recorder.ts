/**
 * Tells everyone what happens, and keeps it: gives events their ids, times and turns.
 *
 * It sends first and keeps afterwards: a write holds back what is sent after it.
 */
import { stampEvent, typedTextEvent } from "../core/adk/event.ts";
import {
  finalizeTranscripts,
  noPartialTranscripts,
  translate,
  type TranslationContext,
} from "../core/adk/live-to-adk.ts";
import { afterMessage, beforeMessage, openTurn, type TurnCounter } from "../core/turn-number.ts";
import type { EventLog, DeliveryPosition } from "../store/event-log.ts";
import type { Event, EventBody } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";

/** Who typed something, and the id they gave it. */
export interface Typist {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
}

export interface Audience {
  /** @param overheard whether clients of the Live API heard it from the model's own message. */
  broadcast(event: Event, overheard: boolean): void;
  /** A message of the model, for clients of the Live API. @returns whether its events are told by it. */
  overhear(message: ServerMessage): boolean;
  /** Words that somebody typed, for those whose clients know whose they are. */
  typed(event: Event, from: string | undefined): void;
  /** The session with the model that is on: an event's `invocationId`. */
  run(): string;
  /** What the author wants on every event. */
  metadata(): Event["customMetadata"];
  /** An event was kept. */
  kept(): void;
  /** Of an answer that a voice cut: whose, and how much of it they had heard, where that is known. */
  cut(): Pick<EventBody, "customMetadata">;
  /** Where what is told is by now, to be kept beside it. */
  mark(): DeliveryPosition;
  /** The event as the agent's author wants it told and kept; undefined when it is not to be. */
  screen(event: Event): Event | undefined;
}

export class Journal {
  readonly #log: EventLog;
  readonly #audience: Audience;
  #turn: TurnCounter;
  #unfinished = noPartialTranscripts;
  #screening = false;
  /** When what is being said was last kept as far as it went, in ms; undefined while nothing is. */
  #draftedAt: number | undefined;

  constructor(log: EventLog, audience: Audience) {
    this.#log = log;
    this.#audience = audience;
    this.#turn = { number: log.lastTurn(), open: false };
  }

  /** The turn that is on, or was last; 0 before the first. */
  get turn(): number {
    return this.#turn.number;
  }

  /**
   * Tells everyone and keeps it.
   * @param run what the event is a part of, when that is not the session with the model.
   */
  tell(body: EventBody, run?: string, overheard = false): void {
    const event = this.#screen(this.event(body, run));
    if (!event) return;
    this.#audience.broadcast(event, overheard);
    this.#keep(event);
  }

  event(body: EventBody, run = this.#audience.run()): Event {
    const customMetadata = this.#audience.metadata();
    const marked = customMetadata
      ? { ...body, customMetadata: { ...customMetadata, ...body.customMetadata } }
      : body;
    return stampEvent(marked, {
      id: crypto.randomUUID(),
      invocationId: run,
      now: Date.now(),
    });
  }

  /** Somebody begins a turn by hand. */
  openTurn(): void {
    this.#turn = openTurn(this.#turn);
  }

  /**
   * Words that somebody sent.
   * @param agent whose words they are, when they are not the sender's: told of a past.
   */
  said(agent: string | undefined, text: string, from: Typist): void {
    if (agent === undefined) return this.typed(text, from);
    this.tell({ author: agent, partial: false, outputTranscription: { text, finished: true } });
  }

  /** Kept, and not told to ADK's clients, which would show it as the agent's words. */
  typed(text: string, { id, from }: Typist): void {
    const event = this.event(typedTextEvent(text));
    const screened = this.#screen(id === undefined ? event : { ...event, id });
    if (!screened) return;
    this.#audience.typed(screened, from);
    this.#keep(screened);
  }

  /**
   * Tells what a message of the model says.
   * @param then is done while the turn of the message is still on.
   */
  hear(message: ServerMessage, speakers: TranslationContext, then: () => void): void {
    this.#turn = beforeMessage(this.#turn, message);
    const [unfinished, bodies] = translate(this.#unfinished, message, speakers);
    this.#unfinished = unfinished;
    const overheard = this.#audience.overhear(message);
    for (const body of bodies)
      this.tell(
        body.interrupted ? { ...body, ...this.#audience.cut() } : body,
        undefined,
        overheard,
      );
    this.#draft(speakers);
    then();
    this.#turn = afterMessage(this.#turn, message);
  }

  /** Closes the words under way: another agent goes on with the turn. */
  close(speakers: TranslationContext): void {
    const [unfinished, finals] = finalizeTranscripts(this.#unfinished, speakers);
    this.#unfinished = unfinished;
    for (const body of finals) this.tell(body);
    this.#dropDraft();
  }

  /** What is under way is said again, and is no part of what was said. */
  forget(): void {
    this.#unfinished = noPartialTranscripts;
    this.#dropDraft();
  }

  /** The answer under way will not be finished: its words are closed, and everyone is told. */
  cut(speakers: TranslationContext): void {
    if (!this.#turn.open) return this.forget();
    this.close(speakers);
    this.tell({ author: speakers.agent, interrupted: true });
    this.#turn = { ...this.#turn, open: false };
  }

  /**
   * Somebody has heard enough: everyone is told, whether or not anything is under way.
   * @param mark is kept with it.
   * @returns whether there was an answer to cut.
   */
  interrupt(speakers: TranslationContext, mark: Event["customMetadata"] & object): boolean {
    const { open } = this.#turn;
    this.close(speakers);
    this.tell({ author: speakers.agent, interrupted: true, customMetadata: mark });
    this.#turn = { ...this.#turn, open: false };
    return open;
  }

  /** The log was filled, or emptied, by another hand. */
  reread(): void {
    this.#turn = { number: this.#log.lastTurn(), open: false };
    this.#unfinished = noPartialTranscripts;
    this.#draftedAt = undefined;
  }

  /** A crash may lose what was being said, but no more than the last half second of it. */
  #draft(speakers: TranslationContext): void {
    const [, finals] = finalizeTranscripts(this.#unfinished, speakers);
    const now = Date.now();
    if (finals.length === 0) return this.#dropDraft();
    if (this.#draftedAt !== undefined && now - this.#draftedAt < draftMs) return;
    this.#draftedAt = now;
    const cut = { author: speakers.agent, interrupted: true };
    const bodies = this.#unfinished.output ? [...finals, cut] : finals;
    const events = bodies.flatMap((body) => this.#screen(this.event(body)) ?? []);
    trying(() => this.#log.replaceDraft(events, this.#turn.number, this.#audience.mark()));
  }

  #dropDraft(): void {
    if (this.#draftedAt === undefined) return;
    this.#draftedAt = undefined;
    trying(() => this.#log.replaceDraft([], 0));
  }

  /** What an author tells while screening (a change of the state is an event too) would be screened for ever. */
  #screen(event: Event): Event | undefined {
    if (this.#screening) return event;
    this.#screening = true;
    const screened = this.#audience.screen(event);
    this.#screening = false;
    return screened;
  }

  /** The answer was told whole, except that it is over. */
  complete(speakers: TranslationContext): void {
    this.close(speakers);
    if (!this.#turn.open) return;
    this.tell({ author: speakers.agent, turnComplete: true });
    this.#turn = { ...this.#turn, open: false };
  }

  #keep(event: Event): void {
    trying(() => {
      if (this.#log.append(event, this.#turn.number, this.#audience.mark())) this.#audience.kept();
    });
  }
}

/** How often what is being said is kept as far as it goes, in ms. */
const draftMs = 500;

/** A log that cannot be written (its storage is full) must not silence the talk. */
function trying(write: () => void): void {
  try {
    write();
  } catch (error) {
    // The operator must know; nothing that was said is printed.
    // oxlint-disable-next-line no-console
    console.error("parley: an event could not be kept:", error instanceof Error ? error.name : "");
  }
}

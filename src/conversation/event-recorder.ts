/**
 * Stamps events, publishes them, and records them in the log.
 *
 * Sends first and stores afterwards: a write holds back what is sent after it.
 */
import type { AgentRuntime } from "../agent/runtime/agent-runtime.ts";
import { applyEventHook } from "../agent/runtime/call-hook.ts";
import { errorEvent, stampEvent, typedTextEvent } from "../core/adk/event.ts";
import {
  finalizeTranscripts,
  noPartialTranscripts,
  translate,
  type TranslationContext,
} from "../core/adk/live-to-adk.ts";
import { withoutTemporaryKeys } from "../core/adk/session-state.ts";
import type { Event, EventBody } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import { newEventId } from "../wire/event-id.ts";
import type { ConversationContext } from "./context.ts";
import { logFailure } from "../operator-log.ts";

export interface PublishOptions {
  /** The invocation of the event, if it is not the upstream session's. */
  readonly invocationId?: string | undefined;
  /** Live API clients got it as the model's own message. */
  readonly sentAsMessage?: boolean;
  /** Of a request for approval: the call is declined then. */
  readonly expiresInMs?: number | undefined;
}

/** The client that typed a text, and the id it gave it. */
interface TextSource {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
}

/** The event of audio, and what it was made of. */
interface AudioEvent {
  readonly translation: TranslationContext;
  readonly invocationId: string;
  readonly agent: AgentRuntime | undefined;
  readonly mimeType: string | undefined;
  readonly liveSessionId: string | undefined;
  readonly event: Event;
}

/** How often the transcript of an unfinished answer is stored. */
const draftIntervalMs = 500;

export class EventRecorder {
  readonly #context: ConversationContext;
  /** The active agent: its author's metadata and `onEvent` hook apply to every event. */
  agent: AgentRuntime | undefined;
  /** Names the upstream session, from its connecting on. */
  invocationId = "";
  #transcripts = noPartialTranscripts;
  #inHook = false;
  #liveSessionId: string | undefined;
  #audioEvent: AudioEvent | undefined;
  /** When the draft was last stored, in ms; undefined while there is none. */
  #draftedAt: number | undefined;
  /** The transcripts in the draft. */
  #drafted = noPartialTranscripts;
  /** When `storeDraft` has something to store, in ms since the epoch. */
  draftDueAt = Infinity;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /** Gives a body its id, time and invocation. */
  stamp(body: EventBody, invocationId = this.invocationId): Event {
    const customMetadata = this.agent?.agent.runConfig.customMetadata;
    const marked = customMetadata
      ? { ...body, customMetadata: { ...customMetadata, ...body.customMetadata } }
      : body;
    return stampEvent(marked, { id: newEventId(), invocationId, now: Date.now() });
  }

  /** Sends an event to all connections, then records it. */
  publish(
    body: EventBody,
    { invocationId, sentAsMessage = false, expiresInMs }: PublishOptions = {},
  ): void {
    if (!sentAsMessage) this.#context.advanceTurn({ type: "published", event: body });
    const hooked = this.#applyHook(this.stamp(body, invocationId));
    if (!hooked) return;
    const event = this.#withOutput(hooked);
    this.#context.broadcaster.publish({ event, sentAsMessage, expiresInMs });
    for (const module of this.#context.modules) module.onEvent?.(event);
    this.#record(event);
  }

  /** Text that a client typed. */
  publishTyped(text: string, { id, from }: TextSource): void {
    const stamped = this.stamp(typedTextEvent(text));
    const event = this.#applyHook(id === undefined ? stamped : { ...stamped, id });
    if (!event) return;
    this.#context.broadcaster.publishTyped({ event, from });
    this.#record(event);
  }

  /** The events of a message of the model, still to be published. */
  translate(message: ServerMessage, translation: TranslationContext): readonly EventBody[] {
    const [transcripts, bodies] = translate(this.#transcripts, message, translation);
    this.#transcripts = transcripts;
    if (message.setupComplete) this.#liveSessionId = message.setupComplete.sessionId || undefined;
    return bodies.some((body) => this.#lacksModel(body, translation))
      ? bodies.map((body) => this.#withModel(body, translation))
      : bodies;
  }

  /**
   * The event of a message with nothing but audio. The same object comes back as long as only audio, id and time would
   * differ: the log keeps none of them.
   */
  audioEvent(message: ServerMessage, translation: TranslationContext): Event {
    const { invocationId, agent } = this;
    const liveSessionId = this.#liveSessionId;
    const mimeType = message.serverContent?.modelTurn?.parts?.[0]?.inlineData?.mimeType;
    const known = this.#audioEvent;
    if (
      known?.translation === translation &&
      known.invocationId === invocationId &&
      known.agent === agent &&
      known.mimeType === mimeType &&
      known.liveSessionId === liveSessionId
    )
      return known.event;
    const [, [body = { author: translation.agent }]] = translate(
      noPartialTranscripts,
      message,
      translation,
    );
    const event = this.stamp(this.#withModel(body, translation));
    this.#audioEvent = { translation, invocationId, agent, mimeType, liveSessionId, event };
    return event;
  }

  #lacksModel(body: EventBody, { agent }: TranslationContext): boolean {
    const isModels = body.author === agent;
    return (
      isModels && (body.modelVersion === undefined || body.liveSessionId !== this.#liveSessionId)
    );
  }

  /** ADK: the model's events name the model, and its session. */
  #withModel(body: EventBody, translation: TranslationContext): EventBody {
    if (!this.#lacksModel(body, translation)) return body;
    return {
      ...body,
      modelVersion: translation.model,
      ...(this.#liveSessionId !== undefined && { liveSessionId: this.#liveSessionId }),
    };
  }

  /** Publishes the finals of unfinished transcripts: another agent goes on with the turn, or it will not be finished. */
  finishTranscripts(translation: TranslationContext): void {
    const [transcripts, finals] = finalizeTranscripts(this.#transcripts, translation);
    this.#transcripts = transcripts;
    for (const body of finals) this.publish(body);
    this.#dropDraft();
  }

  /** Drops unfinished transcripts: the model says them again. */
  dropTranscripts(): void {
    this.#transcripts = noPartialTranscripts;
    this.#dropDraft();
  }

  /** Stores unfinished transcripts now and then: a crash loses no more than half a second of them. */
  storeDraft(translation: TranslationContext): void {
    const [, finals] = finalizeTranscripts(this.#transcripts, translation);
    const now = Date.now();
    if (finals.length === 0) return this.#dropDraft();
    if (this.#isDrafted()) {
      // Audio follows a write once it is stored: the same transcript is not stored again.
      this.draftDueAt = Infinity;
      return;
    }
    this.draftDueAt = (this.#draftedAt ?? -Infinity) + draftIntervalMs;
    if (now < this.draftDueAt) return;
    this.#draftedAt = now;
    this.#drafted = this.#transcripts;
    this.draftDueAt = Infinity;
    const interrupted = { author: translation.agent, interrupted: true };
    const bodies = this.#transcripts.output ? [...finals, interrupted] : finals;
    const events = bodies.flatMap((body) => this.#applyHook(this.stamp(body)) ?? []);
    const { log, turn, broadcaster } = this.#context;
    surviving(() => log.replaceDraft(events, turn.number, broadcaster.deliveryPosition));
  }

  /** The log was filled or emptied by another hand. */
  reset(): void {
    this.#transcripts = noPartialTranscripts;
    this.#draftedAt = undefined;
    this.draftDueAt = Infinity;
  }

  /** Whether the draft has all of the transcripts. */
  #isDrafted(): boolean {
    const { input, output } = this.#drafted;
    return (
      this.#draftedAt !== undefined &&
      this.#transcripts.input === input &&
      this.#transcripts.output === output
    );
  }

  #dropDraft(): void {
    if (this.#draftedAt === undefined) return;
    this.#draftedAt = undefined;
    this.draftDueAt = Infinity;
    surviving(() => this.#context.log.replaceDraft([], 0));
  }

  /** `onEvent` may change the state, which publishes another event: the guard ends the recursion. */
  #applyHook(event: Event): Event | undefined {
    const { agent } = this;
    if (!agent || this.#inHook) return event;
    this.#inHook = true;
    const result = applyEventHook(event, agent.agent.hooks, agent.hookContext);
    this.#inHook = false;
    return result;
  }

  /** Stores the agent's answer in the state, if its author wants that, and adds the change to the event. */
  #withOutput(event: Event): Event {
    const { sessionStore, turn } = this.#context;
    const output = this.agent?.outputOf(event, turn.number);
    if (!output) return event;
    const error = sessionStore.tryChange(output);
    if (error) {
      // After this event.
      queueMicrotask(() => this.publish(errorEvent(error)));
      return event;
    }
    const { actions } = event;
    const stateDelta = { ...actions.stateDelta, ...withoutTemporaryKeys(output) };
    return { ...event, actions: { ...actions, stateDelta } };
  }

  #record(event: Event): void {
    const { log, turn, broadcaster, modules } = this.#context;
    surviving(() => {
      if (!log.append(event, turn.number, broadcaster.deliveryPosition)) return;
      broadcaster.onRecorded();
      for (const module of modules) module.onRecorded?.();
    });
  }
}

/** A full storage must not end the conversation. The operator learns of it; the log line holds nothing that was said. */
function surviving(write: () => void): void {
  try {
    write();
  } catch (error) {
    logFailure("an event could not be stored", error);
  }
}

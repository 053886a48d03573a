/**
 * Sends Live API clients the model's own messages as they came, so that fields the relay does not know arrive too.
 *
 * Events are sent as messages only where no message says it, or where the agent's author rewrites events.
 */
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import {
  encodeFrame,
  encodeMessage,
  messagesOf,
  turnProgressOf,
} from "../protocols/live-api/encoder.ts";
import type { PublishedEvent } from "../protocols/protocol.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { ConversationContext } from "./context.ts";

export class LiveBroadcast {
  readonly #context: ConversationContext;

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  publishMessage(message: ServerMessage, rewritten: boolean): boolean {
    this.#send(rewritten ? turnProgressOf(message) : message);
    return !rewritten;
  }

  publishEvent(event: Event): void {
    // The final of a transcript repeats its parts, which were sent.
    const isWhole = this.#context.turn.userTranscript === "whole";
    for (const message of messagesOf(event, isWhole)) this.#send(message);
  }

  /** The Live API has one field for a user's text: the input transcription. */
  publishTyped({ event: { content }, from }: PublishedEvent): void {
    const text = content?.parts?.map((part) => part.text ?? "").join("");
    if (text) this.#send({ serverContent: { inputTranscription: { text } } }, from);
  }

  publishLifecycle(upstream: "away" | "ready"): void {
    const { data } = encodeFrame({ serverContent: {}, parley: { upstream } });
    for (const connection of this.#context.connections.joinedBy("live-api")) {
      const { liveClient } = connection;
      if (liveClient?.setupCompleteSent && liveClient.output.lifecycle) connection.push(data);
    }
  }

  /** Encodes once for all clients with the same options. @param except the participant who sent it. */
  #send(message: ServerMessage, except?: string): void {
    const encoded = new Map<string, OutboundFrame | undefined>();
    for (const connection of this.#context.connections.joinedBy("live-api")) {
      const { liveClient } = connection;
      if (!liveClient?.setupCompleteSent || connection.id === except) continue;
      const options = { ...liveClient.output, audio: connection.receivesAudio };
      const key = JSON.stringify(options);
      if (!encoded.has(key)) encoded.set(key, encodeMessage(message, options));
      const frame = encoded.get(key);
      if (frame && !connection.send([frame])) this.#context.dropSlowConsumer(connection);
    }
  }
}

/**
 * Sends Live API clients the model's own messages unchanged, so that fields the relay does not know arrive too.
 *
 * Events are sent as messages only if no message of the model holds them, or if the agent's author rewrites events.
 */
import { isToolMessage } from "../core/adk/event.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import {
  encodeFrame,
  encodeMessage,
  messagesOf,
  toolMessageOf,
  turnProgressOf,
} from "../protocols/live-api/encoder.ts";
import { unnumberedFrame } from "../protocols/frames.ts";
import type { PublishedEvent } from "../protocols/protocol.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";

/**
 * A message of the model.
 * @param rewritten the agent's author rewrites events: then the events are sent, and of the message only the turn's course.
 * @returns whether the message stands for its events.
 */
export function sendMessage(
  context: ConversationContext,
  message: ServerMessage,
  rewritten: boolean,
): boolean {
  send(context, rewritten ? turnProgressOf(message) : message);
  return !rewritten;
}

/**
 * A message of the model with nothing but audio: it is passed on as it came.
 * @param frame the message's; a text is encoded again, since the service sends bytes.
 */
export function sendAudioMessage(
  context: ConversationContext,
  message: ServerMessage,
  frame: string | ArrayBuffer,
  audioMs: number,
): void {
  const connections = context.connections.listenersBy("live-api");
  const hasRole = message.serverContent?.modelTurn?.role !== undefined;
  const isOriginal = ({ liveClient }: Connection): boolean => liveClient?.output.vertex === hasRole;
  if (typeof frame === "string" || !connections.every(isOriginal)) return send(context, message);
  const outbound = unnumberedFrame(new Uint8Array(frame), { audioMs });
  for (const connection of connections)
    if (connection.liveClient?.setupCompleteSent && !connection.sendFrame(outbound))
      context.dropSlowConsumer(connection);
}

/** An event that no message of the model stands for. */
export function sendEvent(context: ConversationContext, event: Event): void {
  const { open, userTranscript } = context.turn;
  // The final of a transcript repeats its deltas, which were sent.
  const messages = isToolMessage(event)
    ? toolMessageOf(event, open)
    : messagesOf(event, userTranscript === "whole");
  for (const message of messages) send(context, message);
}

/** Text that a client typed. The Live API has one field for a user's text: the input transcription. */
export function sendTyped(
  context: ConversationContext,
  { event: { content }, from }: PublishedEvent,
): void {
  const text = content?.parts?.map((part) => part.text ?? "").join("");
  if (text) send(context, { serverContent: { inputTranscription: { text } } }, from);
}

/** The state of the upstream connection, to clients that asked for it. */
export function sendLifecycle(context: ConversationContext, upstream: "away" | "ready"): void {
  const { data } = encodeFrame({ serverContent: {}, parley: { upstream } });
  for (const connection of context.connections.joinedBy("live-api")) {
    const { liveClient } = connection;
    if (liveClient?.setupCompleteSent && liveClient.output.lifecycle) connection.push(data);
  }
}

/** Encodes once for all clients with the same options. @param except the id of the participant that sent it. */
function send(context: ConversationContext, message: ServerMessage, except?: string): void {
  const encoded = new Map<string, OutboundFrame | undefined>();
  for (const connection of context.connections.joinedBy("live-api")) {
    const { liveClient } = connection;
    if (!liveClient?.setupCompleteSent || connection.id === except) continue;
    const options = { ...liveClient.output, audio: connection.receivesAudio };
    const key = JSON.stringify(options);
    if (!encoded.has(key)) encoded.set(key, encodeMessage(message, options));
    const frame = encoded.get(key);
    if (frame && !connection.send([frame])) context.dropSlowConsumer(connection);
  }
}

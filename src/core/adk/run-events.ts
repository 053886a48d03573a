/**
 * Events as ADK's clients expect them where they know them only from its server: the words of a spoken answer as text
 * (/run, /run_sse), and a call that waits for a person as ADK's own request for a confirmation.
 */
import type { Event } from "../../wire/adk.ts";
import { confirmationFunction } from "../policy/approval.ts";

/** What somebody who asked for a run wants of it. */
export interface RunOptions {
  /** The words as they come, and not only whole. */
  readonly streaming: boolean;
  /** Stamped on every event. */
  readonly metadata?: Record<string, unknown> | undefined;
}

/**
 * An event of a run; undefined when it is none: sound is for those who listen, deltas for those who want them.
 *
 * The words of an answer keep their event's id, so that a page which follows the talk as well shows them once.
 */
export function toRunEvent(event: Event, { streaming, metadata }: RunOptions): Event | undefined {
  if (event.voiceActivity !== undefined || (event.partial === true && !streaming)) return undefined;
  const silent = withoutAudio(event);
  const written = silent && withNodeInfo(asConfirmationCall(asText(silent)));
  return written && metadata
    ? { ...written, customMetadata: { ...written.customMetadata, ...metadata } }
    : written;
}

/** With the place in ADK's graph of agents that it is of: its page takes the name from there. */
export const withNodeInfo = (
  event: Event,
): Event & { readonly nodeInfo: { readonly path: string } } => ({
  ...event,
  nodeInfo: {
    path: event.author === "user" || event.author === "parley" ? "" : `${event.author}@1`,
  },
});

/**
 * A call that waits for a person, as ADK says it: a long-running call of `adk_request_confirmation` under the same id,
 * which its page answers by a function response.
 */
export function asConfirmationCall(event: Event): Event {
  const requests = Object.entries(event.actions.requestedToolConfirmations);
  if (requests.length === 0 || event.content) return event;
  const parts = requests.map(([id, request]) => ({
    functionCall: {
      id,
      name: confirmationFunction,
      args: argsOf(id, request as ConfirmationRequest),
    },
  }));
  return {
    ...event,
    content: { role: "model", parts },
    longRunningToolIds: requests.map(([id]) => id),
  };
}

interface ConfirmationRequest {
  readonly hint?: string;
  readonly payload?: { readonly name?: string; readonly args?: Record<string, unknown> };
}

const argsOf = (
  id: string,
  { hint = "", payload }: ConfirmationRequest,
): Record<string, unknown> => ({
  originalFunctionCall: { id, ...payload },
  toolConfirmation: { hint, confirmed: false },
});

function asText({ outputTranscription, partial, ...event }: Event): Event {
  if (!outputTranscription) return { ...event, ...(partial !== undefined && { partial }) };
  const { text, finished } = outputTranscription;
  return {
    ...event,
    content: { role: "model", parts: [{ text }] },
    ...(!finished && { partial: true }),
  };
}

function withoutAudio(event: Event): Event | undefined {
  const { content } = event;
  const parts = content?.parts?.filter(
    ({ inlineData }) => !inlineData?.mimeType?.startsWith("audio/"),
  );
  if (!content || parts?.length === content.parts?.length) return event;
  return parts && parts.length > 0 ? { ...event, content: { ...content, parts } } : undefined;
}

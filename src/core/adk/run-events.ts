/**
 * Events in the form that clients of ADK's server expect: the transcript of a spoken answer as text (/run, /run_sse), and
 * a call that waits for approval as ADK's own request for a confirmation.
 */
import type { Event } from "../../wire/adk.ts";
import { confirmationFunction } from "../policy/approval.ts";

/** Options of the client that requests a run. */
export interface RunOptions {
  /** Transcripts as deltas, and not only whole. */
  readonly streaming: boolean;
  /** Stamped on every event. */
  readonly metadata?: Record<string, unknown> | undefined;
}

/**
 * An event of a run; undefined when the run does not get it: audio is left out, and so are deltas without `streaming`.
 *
 * A transcript keeps its event's id, so that a page which also follows the conversation live shows it once.
 */
export function toRunEvent(event: Event, { streaming, metadata }: RunOptions): Event | undefined {
  if (event.voiceActivity !== undefined || (event.partial === true && !streaming)) return undefined;
  const textual = withoutAudio(event);
  const converted = textual && withNodeInfo(asConfirmationCall(asText(textual)));
  return converted && metadata
    ? { ...converted, customMetadata: { ...converted.customMetadata, ...metadata } }
    : converted;
}

/** The event with its node in ADK's graph of agents, from which its page takes the name. */
export const withNodeInfo = (
  event: Event,
): Event & { readonly nodeInfo: { readonly path: string } } => ({
  ...event,
  nodeInfo: {
    path: event.author === "user" || event.author === "parley" ? "" : `${event.author}@1`,
  },
});

/**
 * A call that waits for approval in ADK's form: a long-running call of `adk_request_confirmation` under the same id, which
 * its page answers by a function response.
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

/** The form of events in the log. */
import type { Content, Event, Transcription } from "../../wire/adk.ts";
import { isAbort } from "./event.ts";

/**
 * The part of an event that the log stores: no deltas, voice activity, errors and media.
 * @returns undefined if nothing is left.
 */
export function persistentEvent(event: Event): Event | undefined {
  const { partial, voiceActivity, errorCode, author, content } = event;
  const isError = errorCode !== undefined && !isAbort(event);
  if (partial === true || voiceActivity !== undefined || isError) return undefined;
  const media = content?.parts?.filter(({ inlineData }) => inlineData) ?? [];
  if (!content || media.length === 0) return event;
  // Text beside a model's audio is a thought.
  if (author !== "user" && media.some(isAudio)) return undefined;
  const parts = content.parts?.filter(({ inlineData }) => !inlineData) ?? [];
  return parts.length > 0 ? { ...event, content: { ...content, parts } } : undefined;
}

const isAudio = ({ inlineData }: Part): boolean =>
  inlineData?.mimeType?.startsWith("audio/") === true;

/**
 * Reads an event of the log. Older versions stored imported events without validation.
 * @returns the event without content and transcripts that have another shape than `Event` declares.
 */
export function parseStoredEvent(json: string): Event {
  const { content, inputTranscription, outputTranscription, ...rest } = JSON.parse(json) as Event;
  const parts = partsOf(content);
  return {
    ...rest,
    ...(parts && { content: { ...content, parts } }),
    ...(isTranscription(inputTranscription) && { inputTranscription }),
    ...(isTranscription(outputTranscription) && { outputTranscription }),
  };
}

/** @returns undefined for a content that is none. */
function partsOf(content: unknown): Content["parts"] {
  if (!isObject(content)) return undefined;
  const { parts } = content;
  return Array.isArray(parts) ? parts.filter(isObject).map(wellTypedPart) : [];
}

type Part = NonNullable<Content["parts"]>[number];

const wellTypedPart = (part: Record<string, unknown>): Part =>
  Object.fromEntries(
    Object.entries(part).filter(([name, value]) =>
      name === "text" ? typeof value === "string" : !objectFields.has(name) || isObject(value),
    ),
  );

const objectFields: ReadonlySet<string> = new Set([
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
]);

const isTranscription = (value: unknown): value is Transcription =>
  isObject(value) && typeof value["text"] === "string";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

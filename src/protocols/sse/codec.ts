/**
 * The codec of ADK's SSE sample: `{mime_type, data}` up, one message per request, and server-sent events down.
 *
 * The sample's page reads unnamed events. User transcripts, tool calls and errors, for which the sample has no message,
 * are named events: its page ignores them, and other clients can follow the whole conversation by them.
 */
import * as z from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { isToolMessage } from "../../core/adk/event.ts";
import { splitAudio, isInterruption } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64, toBase64 } from "../../wire/base64.ts";
import { durationMs, parsePcmRate, speakerSampleRate } from "../../wire/pcm.ts";
import { unnumberedFrame } from "../frames.ts";
import type { Protocol, PublishedEvent } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import {
  describeJsonFault,
  invalidFrame,
  parseAudio,
  parseImage,
  parseJson,
  parseText,
  truncate,
} from "../validators.ts";
import { lazy } from "../../wire/lazy.ts";

export const sse: Protocol = {
  decode: (frame) =>
    typeof frame === "string" ? decodeMessage(frame) : invalidFrame("it is not text"),
  encode: ({ event, cursor }) => [...sampleFrames(event, cursor), ...wholeEvent(event, cursor)],
  // Not named "error": browsers fire that event for a broken connection.
  encodeError: ({ code, action, message }) =>
    formatSseEvent({ name: "problem", data: { code, action, message } }),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

/** Encodes the events that a resuming client missed. Transcripts are whole, the first without the part that it has. */
export class SseReplay {
  #known: number;

  /** @param characters of the first transcript that the client has, in UTF-16 units. */
  constructor(characters: number) {
    this.#known = characters;
  }

  page(events: readonly PublishedEvent[]): readonly OutboundFrame[] {
    return events.flatMap(({ event, cursor }) => {
      const transcript = event.outputTranscription?.text;
      if (transcript === undefined) return sse.encode({ event, cursor }, () => 0);
      return [...this.rest(transcript, cursor), ...wholeEvent(event, cursor)];
    });
  }

  /** The part of a transcript that the client does not have; it may still be incomplete. */
  rest(transcript: string, cursor: string | undefined): readonly OutboundFrame[] {
    const known = this.#known;
    this.#known = 0;
    return transcriptFrames(transcript.slice(known), cursor);
  }
}

const messageSchema = lazy(() => z.object({ mime_type: z.string(), data: z.string() }));

const messageForm = 'a message is {"mime_type": …, "data": …}, both texts';

function decodeMessage(frame: string): ClientRequest | ClientError {
  const value = parseJson(frame);
  if (value === undefined) return invalidFrame(`it ${describeJsonFault(frame)}; ${messageForm}`);
  const { data: message } = messageSchema().safeParse(value);
  if (!message) return invalidFrame(messageForm);
  const { mime_type: mimeType, data } = message;
  if (mimeType.startsWith("text/plain")) return parseText(data);
  if (mimeType.startsWith("image/")) return parseImage(data, mimeType);
  const rate = parsePcmRate(mimeType);
  // The error text of ADK's sample, unchanged.
  if (rate === undefined)
    return { ...invalidFrame(""), message: `Mime type not supported: ${truncate(mimeType)}` };
  const pcm = fromBase64(data);
  return pcm ? parseAudio(pcm, rate) : invalidFrame('"data" of audio is not base64');
}

/** The event as messages of ADK's sample. */
function sampleFrames(event: Event, cursor: string | undefined): readonly OutboundFrame[] {
  const { outputTranscription: transcript, turnComplete, interrupted, content } = event;
  const { sounds } = splitAudio(event);
  const texts =
    event.partial || isToolMessage(event)
      ? (content?.parts?.flatMap(({ text, thought }) => (thought ? [] : (text ?? []))) ?? [])
      : [];
  return [
    ...sounds.flatMap(audioFrames),
    ...texts.map((data) => sseFrame({ data: { mime_type: "text/plain", data }, cursor })),
    ...(transcript && !transcript.finished ? transcriptFrames(transcript.text, cursor) : []),
    ...(interrupted
      ? [sseFrame({ data: { turn_complete: null, interrupted }, cursor }, { interrupts: true })]
      : []),
    ...(turnComplete
      ? [sseFrame({ data: { turn_complete: true, interrupted: null }, cursor })]
      : []),
  ];
}

const transcriptFrames = (data: string, cursor: string | undefined): readonly OutboundFrame[] =>
  data === ""
    ? []
    : [sseFrame({ data: { mime_type: "text/plain", data, is_transcript: true }, cursor })];

function audioFrames(base64: string): readonly OutboundFrame[] {
  const pcm = fromBase64(base64);
  if (!pcm?.byteLength) return [];
  const audioMs = durationMs(pcm.byteLength, speakerSampleRate);
  return [sseFrame({ data: { mime_type: "audio/pcm", data: toBase64(pcm) } }, { audioMs })];
}

/** The ADK event without its audio. Partial events have none: a whole one follows them. */
function wholeEvent(event: Event, cursor: string | undefined): readonly OutboundFrame[] {
  const { rest } = splitAudio(event);
  if (event.partial || !rest) return [];
  return [sseFrame({ name: "event", data: rest, cursor }, { interrupts: isInterruption(event) })];
}

interface SseEvent {
  readonly name?: string;
  readonly data: object;
  readonly cursor?: string | undefined;
}

const sseFrame = (
  event: SseEvent,
  options?: Parameters<typeof unnumberedFrame>[1],
): OutboundFrame => unnumberedFrame(formatSseEvent(event), options);

/** One event in HTML's event stream format. JSON contains no line breaks, so one `data` line is enough. */
const formatSseEvent = ({ name, data, cursor }: SseEvent): string =>
  `${name === undefined ? "" : `event: ${name}\n`}${cursor === undefined ? "" : `id: ${cursor}\n`}data: ${JSON.stringify(data)}\n\n`;

/**
 * The door of ADK's SSE sample: `{mime_type, data}` up, one at a time, and the same as server-sent events down.
 *
 * The sample's page reads events without a name. What it has no words for (what the user said, calls, problems) has a
 * name, so that the page passes it over and whoever wants to follow the whole talk can.
 */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { splitAudio, isInterruption } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64, toBase64 } from "../../wire/base64.ts";
import { durationMs, parsePcmRate, speakerSampleRate } from "../../wire/pcm.ts";
import type { Protocol, PublishedEvent } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { bad, readAudio, readImage, readText, short } from "../validators.ts";

export const sse: Protocol = {
  decode: (frame) => (typeof frame === "string" ? read(frame) : bad("it is not text")),
  encode: ({ event, cursor: place }) => [...samplesOf(event, place), ...wholeOf(event, place)],
  // Not named "error": a page would take it for a broken line.
  encodeError: ({ code, action, message }) =>
    block({ name: "problem", data: { code, action, message } }),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

/** What is told to somebody who was away, page by page: words come whole, and the first without what they have of them. */
export class SseReplay {
  #known: number;

  /** @param characters of the first words, which they have. */
  constructor(characters: number) {
    this.#known = characters;
  }

  page(told: readonly PublishedEvent[]): readonly OutboundFrame[] {
    return told.flatMap(({ event, cursor: place }) => {
      const words = event.outputTranscription?.text;
      if (words === undefined) return sse.encode({ event, cursor: place }, () => 0);
      return [...this.rest(words, place), ...wholeOf(event, place)];
    });
  }

  /** Of words that are told now, or are under way. */
  rest(words: string, place: string | undefined): readonly OutboundFrame[] {
    const known = this.#known;
    this.#known = 0;
    return wordsOf(words.slice(known), place);
  }
}

const messageShape = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("not JSON");
      return z.NEVER;
    }
  })
  .pipe(z.object({ mime_type: z.string(), data: z.string() }));

function read(frame: string): ClientRequest | ClientError {
  const { data: given } = messageShape.safeParse(frame);
  if (!given) return bad('a message is {"mime_type": …, "data": …}, both texts');
  const { mime_type: type, data } = given;
  if (type.startsWith("text/plain")) return readText(data);
  if (type.startsWith("image/")) return readImage(data, type);
  const rate = parsePcmRate(type);
  // ADK's sample says this, and no more.
  if (rate === undefined) return { ...bad(""), message: `Mime type not supported: ${short(type)}` };
  const pcm = fromBase64(data);
  return pcm ? readAudio(pcm, rate) : bad('"data" of audio is not base64');
}

/** In the words of ADK's sample. */
function samplesOf(event: Event, place: string | undefined): readonly OutboundFrame[] {
  const { outputTranscription: words, turnComplete, interrupted, content } = event;
  const { sounds } = splitAudio(event);
  const texts = event.partial
    ? (content?.parts?.flatMap(({ text, thought }) => (thought ? [] : (text ?? []))) ?? [])
    : [];
  return [
    ...sounds.flatMap(soundOf),
    ...texts.map((data) => frame(block({ data: { mime_type: "text/plain", data }, place }))),
    ...(words && !words.finished ? wordsOf(words.text, place) : []),
    ...(interrupted
      ? [
          {
            ...frame(block({ data: { turn_complete: null, interrupted }, place })),
            interrupts: true,
          },
        ]
      : []),
    ...(turnComplete
      ? [frame(block({ data: { turn_complete: true, interrupted: null }, place }))]
      : []),
  ];
}

const wordsOf = (data: string, place: string | undefined): readonly OutboundFrame[] =>
  data === ""
    ? []
    : [frame(block({ data: { mime_type: "text/plain", data, is_transcript: true }, place }))];

function soundOf(base64: string): readonly OutboundFrame[] {
  const pcm = fromBase64(base64);
  if (!pcm?.byteLength) return [];
  const data = block({ data: { mime_type: "audio/pcm", data: toBase64(pcm) } });
  return [{ ...frame(data), audioMs: durationMs(pcm.byteLength, speakerSampleRate) }];
}

/** As an event of ADK's, unless it is a delta. */
function wholeOf(event: Event, place: string | undefined): readonly OutboundFrame[] {
  const { rest } = splitAudio(event);
  if (event.partial || !rest) return [];
  return [
    { ...frame(block({ name: "event", data: rest, place })), interrupts: isInterruption(event) },
  ];
}

const frame = (data: string): OutboundFrame => ({
  seq: 0,
  data,
  bytes: data.length,
  audioMs: 0,
  interrupts: false,
});

interface Block {
  readonly name?: string;
  readonly data: object;
  readonly place?: string | undefined;
}

/** One event on the wire (HTML: server-sent events). JSON has no line breaks of its own. */
const block = ({ name, data, place }: Block): string =>
  `${name === undefined ? "" : `event: ${name}\n`}${place === undefined ? "" : `id: ${place}\n`}data: ${JSON.stringify(data)}\n\n`;

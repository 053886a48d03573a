/**
 * The telephone's door (Twilio Media Streams, bidirectional). What is read is for conversation/phones.ts, which has each
 * call's state; what is written is sound and cuts, which the call's outlet puts into Twilio's words.
 */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { ClientRequest, PhoneEvent } from "../../core/client-request.ts";
import { splitAudio, isInterruption } from "../../core/adk/event-audio.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { durationMs, speakerSampleRate } from "../../wire/pcm.ts";
import type { Protocol } from "../protocol.ts";
import { TwilioSendQueue } from "./send-queue.ts";

export const twilio: Protocol = {
  decode: (frame) => (typeof frame === "string" ? read(frame) : []),
  encode: ({ event }) => {
    const { sounds } = splitAudio(event);
    const voice = sounds.flatMap((sound) => voiceFrame(sound) ?? []);
    if (isInterruption(event)) return [cutFrame];
    return event.turnComplete ? [...voice, endFrame] : voice;
  },
  // Twilio has no words for it, and closes nothing.
  encodeError: () => "",
  createSendQueue: (socket, attachment) =>
    new TwilioSendQueue(
      socket,
      attachment.protocol === "twilio" ? (attachment.streamSid ?? "") : "",
    ),
};

/** The answer is void. */
export const cutFrame: OutboundFrame = {
  seq: 0,
  data: "cut",
  bytes: 0,
  audioMs: 0,
  interrupts: true,
};
/** The answer was sent whole. */
export const endFrame: OutboundFrame = {
  seq: 0,
  data: "end",
  bytes: 0,
  audioMs: 0,
  interrupts: false,
};

/** PCM16 of 24 kHz, however its samples were parted. */
function voiceFrame(base64: string): OutboundFrame | undefined {
  const data = fromBase64(base64);
  if (!data?.byteLength) return undefined;
  const soundMs = durationMs(data.byteLength, speakerSampleRate);
  return { seq: 0, data, bytes: data.byteLength, audioMs: soundMs, interrupts: false };
}

/** What Twilio says more than this is passed over: its messages may grow. Counters travel as text. */
const shape = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("start"),
    start: z.object({
      streamSid: z.string().min(1).max(100),
      callSid: z.string(),
      customParameters: z.record(z.string(), z.string()).optional(),
    }),
  }),
  z.object({
    event: z.literal("media"),
    media: z.object({
      track: z.string().optional(),
      timestamp: z.coerce.number().nonnegative().optional(),
      payload: z.string(),
    }),
  }),
  z.object({ event: z.literal("mark"), mark: z.object({ name: z.string() }) }),
  z.object({
    event: z.literal("dtmf"),
    dtmf: z.object({ digit: z.string().regex(/^[0-9A-D*#]$/) }),
  }),
  z.object({ event: z.literal("stop") }),
]);

/** Nothing, when it is not for us: a telephone network's odd frame must not end a call. */
function read(frame: string): ClientRequest[] {
  const news = newsOf(parsed(frame));
  return news ? [{ type: "phone", event: news }] : [];
}

function newsOf(value: unknown): PhoneEvent | undefined {
  const { data } = shape.safeParse(value);
  switch (data?.event) {
    case "start": {
      const { streamSid: stream, callSid: call, customParameters } = data.start;
      return { kind: "start", stream, call, token: customParameters?.["token"] ?? "" };
    }
    case "media":
      return heard(data.media);
    case "mark":
      return { kind: "mark", name: data.mark.name };
    case "dtmf":
      return { kind: "digit", digit: data.dtmf.digit };
    case "stop":
      return { kind: "stop" };
    default:
      return undefined;
  }
}

/** The caller's own voice: what we said comes back on no track that is listened to. */
function heard(media: {
  readonly track?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly payload: string;
}): PhoneEvent | undefined {
  if (media.track !== undefined && !media.track.startsWith("inbound")) return undefined;
  const sound = fromBase64(media.payload);
  return sound?.byteLength
    ? { kind: "media", audio: sound, timestampMs: media.timestamp }
    : undefined;
}

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

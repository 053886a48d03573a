/**
 * The codec of Twilio Media Streams, bidirectional. It decodes frames to phone events, for which the conversation keeps the
 * state of each call. It encodes events to audio and two control frames, which `TwilioSendQueue` turns into Twilio's messages.
 */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { ClientRequest, PhoneEvent } from "../../core/client-request.ts";
import { splitAudio, isInterruption } from "../../core/adk/event-audio.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { durationMs, speakerSampleRate } from "../../wire/pcm.ts";
import { unnumberedFrame } from "../frames.ts";
import type { Protocol } from "../protocol.ts";
import { parseJson } from "../validators.ts";
import { TwilioSendQueue } from "./send-queue.ts";

export const twilio: Protocol = {
  joinsByMessage: true,
  decode: (frame) => (typeof frame === "string" ? decodeText(frame) : []),
  encode: ({ event }) => {
    if (isInterruption(event)) return [clearFrame];
    const audio = splitAudio(event).sounds.flatMap((sound) => audioFrame(sound) ?? []);
    return event.turnComplete ? [...audio, endFrame] : audio;
  },
  // Twilio's protocol has no error message, and an error closes nothing.
  encodeError: () => "",
  createSendQueue: (socket, attachment) =>
    new TwilioSendQueue(
      socket,
      attachment.protocol === "twilio" ? (attachment.streamSid ?? "") : "",
    ),
};

/** The answer was interrupted. */
const clearFrame: OutboundFrame = {
  seq: 0,
  data: "clear",
  bytes: 0,
  audioMs: 0,
  interrupts: true,
};
/** The answer is complete. */
const endFrame: OutboundFrame = {
  seq: 0,
  data: "end",
  bytes: 0,
  audioMs: 0,
  interrupts: false,
};

/** PCM16 of 24 kHz; the model may split a sample between two frames. */
function audioFrame(base64: string): OutboundFrame | undefined {
  const data = fromBase64(base64);
  if (!data?.byteLength) return undefined;
  return unnumberedFrame(data, { audioMs: durationMs(data.byteLength, speakerSampleRate) });
}

/** Ignores unknown fields and events: Twilio may add some. Twilio sends its counters as strings. */
const messageSchema = z.discriminatedUnion("event", [
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

/** Ignores an invalid frame: it must not end a call. */
function decodeText(frame: string): ClientRequest[] {
  const event = toPhoneEvent(parseJson(frame));
  return event ? [{ type: "phone", event }] : [];
}

function toPhoneEvent(value: unknown): PhoneEvent | undefined {
  const { data } = messageSchema.safeParse(value);
  switch (data?.event) {
    case "start": {
      const { streamSid: stream, callSid: call, customParameters } = data.start;
      return { kind: "start", stream, call, token: customParameters?.["token"] ?? "" };
    }
    case "media":
      return toMediaEvent(data.media);
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

/** Only the inbound track: the outbound one is the agent's own voice. */
function toMediaEvent(media: {
  readonly track?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly payload: string;
}): PhoneEvent | undefined {
  if (media.track !== undefined && !media.track.startsWith("inbound")) return undefined;
  const audio = fromBase64(media.payload);
  return audio?.byteLength ? { kind: "media", audio, timestampMs: media.timestamp } : undefined;
}

/**
 * The codec of a telephone provider's media stream. It decodes frames to phone events, for which the conversation keeps
 * the state of each call. It encodes events to audio and two control frames, which `PhoneSendQueue` turns into the
 * provider's messages.
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { splitAudio, isInterruption } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { durationMs, speakerSampleRate } from "../../wire/pcm.ts";
import { unnumberedFrame } from "../frames.ts";
import type { Protocol } from "../protocol.ts";
import { parseJson } from "../validators.ts";
import type { PhoneProvider } from "./provider.ts";
import { PhoneSendQueue } from "./send-queue.ts";

export const phoneProtocol = (provider: PhoneProvider): Protocol => ({
  joinsByMessage: true,
  decode: (frame) => (typeof frame === "string" ? decodeText(frame, provider) : []),
  encode: ({ event }) => encodeEvent(event),
  // A media stream has no error message, and an error closes nothing.
  encodeError: () => "",
  createSendQueue: (socket, attachment) =>
    new PhoneSendQueue(
      socket,
      provider,
      "streamSid" in attachment ? (attachment.streamSid ?? "") : "",
    ),
});

function encodeEvent(event: Event): readonly OutboundFrame[] {
  if (isInterruption(event)) return [clearFrame];
  const audio = splitAudio(event).sounds.flatMap((sound) => audioFrame(sound) ?? []);
  return event.turnComplete ? [...audio, endFrame] : audio;
}

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

/** Ignores an invalid frame: it must not end a call. */
function decodeText(frame: string, provider: PhoneProvider): ClientRequest[] {
  const event = provider.readMessage(parseJson(frame));
  return event ? [{ type: "phone", event }] : [];
}

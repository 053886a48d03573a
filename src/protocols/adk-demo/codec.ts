/**
 * The door of ADK's bidi-demo: binary PCM and small JSON frames up, one ADK Event per text frame down.
 *
 * Where ADK's server ignores a bad frame or closes without a word, this one answers with an error
 * event and goes on.
 */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest, ModelInput } from "../../core/client-request.ts";
import { isInterruption, audioDurationMs } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { bad, readAudio, readImage, readShape, readState, readText, short } from "../validators.ts";

export const adkDemo: Protocol = {
  decode: (frame) =>
    typeof frame === "string" ? readJson(frame) : readAudio(new Uint8Array(frame), micSampleRate),
  encode: ({ event }) => [frameOf(event)],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

function frameOf(event: Event): OutboundFrame {
  const data = JSON.stringify(event);
  return {
    seq: 0,
    data,
    bytes: data.length,
    audioMs: audioDurationMs(event),
    interrupts: isInterruption(event),
  };
}

const frameShape = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("image"),
    data: z.string(),
    mimeType: z.string().default("image/jpeg"),
  }),
  // The docs' voice-activity variant writes `mime_type` here and `mimeType` for images.
  z.object({
    type: z.literal("audio"),
    data: z.string(),
    mime_type: z.string().optional(),
    mimeType: z.string().optional(),
  }),
  z.object({ type: z.literal("activity_start") }),
  z.object({ type: z.literal("activity_end") }),
  z.object({ type: z.literal("audio_stream_end") }),
  // Not ADK's: its live mode asks nobody for approval.
  z.object({
    type: z.literal("approve"),
    id: z.string(),
    approved: z.boolean(),
    payload: z.json().optional(),
  }),
  // Not ADK's: its servers take a state delta in /run_live alone.
  z.object({ type: z.literal("state"), delta: z.record(z.string(), z.json()) }),
]);

function readJson(frame: string): ClientRequest | ClientError {
  const read = readShape(frame, frameShape, types);
  return isClientError(read) ? read : readFrame(read);
}

function readFrame(frame: z.output<typeof frameShape>): ClientRequest | ClientError {
  switch (frame.type) {
    case "text":
      return readText(frame.text);
    case "image":
      return readImage(frame.data, frame.mimeType);
    case "audio":
      return readSpokenJson(frame.data, frame.mime_type ?? frame.mimeType ?? "audio/pcm");
    case "activity_start":
      return { type: "activityStart" };
    case "activity_end":
      return { type: "activityEnd" };
    case "audio_stream_end":
      return { type: "audioStreamEnd" };
    case "approve":
      return frame;
    case "state":
      return readState(frame.delta);
  }
}

function readSpokenJson(base64: string, mimeType: string): ModelInput | ClientError {
  const rate = parsePcmRate(mimeType);
  if (rate === undefined)
    return bad(`"mime_type" of audio is "${short(mimeType)}": send audio/pcm;rate=16000`);
  const pcm = fromBase64(base64);
  return pcm ? readAudio(pcm, rate) : bad('"data" of audio is not base64');
}

const types = frameShape.options.map((option) => option.shape.type.value);

/**
 * The codec of ADK's bidi-demo: binary PCM and small JSON frames up, one ADK Event per text frame down.
 *
 * ADK's server ignores an invalid frame or closes without a reason. This one answers with an error event and keeps the
 * connection.
 */
import * as z from "zod";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest, ModelInput } from "../../core/client-request.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import { AudioFrameForm } from "../audio-frame.ts";
import { eventFrame } from "../frames.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import {
  decodeJsonFrame,
  invalidFrame,
  parseAudio,
  parseImage,
  parseStateDelta,
  parseText,
  tokenSchema,
  truncate,
} from "../validators.ts";
import { lazy } from "../../wire/lazy.ts";

export const adkDemo: Protocol = {
  decode: (frame) =>
    typeof frame === "string"
      ? (decodeJsonAudio(frame) ?? decodeText(frame))
      : parseAudio(new Uint8Array(frame), micSampleRate),
  encode: ({ event }) => [eventFrame(event)],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

const frameSchema = lazy(() =>
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("text"), text: z.string() }),
    z.object({
      type: z.literal("image"),
      data: z.string(),
      mimeType: z.string().nullish(),
    }),
    // The docs' voice-activity variant writes `mime_type` here and `mimeType` for images.
    z.object({
      type: z.literal("audio"),
      data: z.string(),
      mime_type: z.string().nullish(),
      mimeType: z.string().nullish(),
    }),
    z.object({ type: z.literal("activity_start") }),
    z.object({ type: z.literal("activity_end") }),
    z.object({ type: z.literal("audio_stream_end") }),
    // Not in ADK: its live mode has no approvals.
    z.object({
      type: z.literal("approve"),
      id: z.string(),
      approved: z.boolean(),
      payload: z.json().optional(),
    }),
    // Not in ADK: its servers take a state delta in /run_live only.
    z.object({ type: z.literal("state"), delta: z.record(z.string(), z.json()) }),
    // Not in ADK: its servers have no tokens.
    z.object({ type: z.literal("token"), token: tokenSchema() }),
  ]),
);

/** The short way of a frame of type `audio`. */
const audioForm = new AudioFrameForm('{ "type" : "audio" ,', "}");

function decodeJsonAudio(frame: string): ClientRequest | ClientError | undefined {
  const audio = audioForm.read(frame);
  return audio && parseAudio(audio.pcm, audio.rate);
}

function decodeText(text: string): ClientRequest | ClientError {
  const frame = decodeJsonFrame(text, frameSchema());
  return isClientError(frame) ? frame : toRequest(frame);
}

function toRequest(frame: z.output<ReturnType<typeof frameSchema>>): ClientRequest | ClientError {
  switch (frame.type) {
    case "text":
      return parseText(frame.text);
    case "image":
      return parseImage(frame.data, frame.mimeType ?? "image/jpeg");
    case "audio":
      return parseJsonAudio(frame.data, frame.mime_type ?? frame.mimeType ?? "audio/pcm");
    case "activity_start":
      return { type: "activityStart" };
    case "activity_end":
      return { type: "activityEnd" };
    case "audio_stream_end":
      return { type: "audioStreamEnd" };
    case "approve":
    case "token":
      return frame;
    case "state":
      return parseStateDelta(frame.delta);
  }
}

function parseJsonAudio(base64: string, mimeType: string): ModelInput | ClientError {
  const rate = parsePcmRate(mimeType);
  if (rate === undefined)
    return invalidFrame(
      `"mime_type" of audio is "${truncate(mimeType)}": send audio/pcm;rate=16000`,
    );
  const pcm = fromBase64(base64);
  return pcm ? parseAudio(pcm, rate) : invalidFrame('"data" of audio is not base64');
}

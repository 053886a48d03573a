/** The native door (subprotocol `parley.v1`): sound as binary, places to come back to, words about people. */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { splitAudio, isInterruption, audioDurationMs } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { headerBytes, roles, encodeAudioFrame, type ServerFrame } from "../../wire/parley-v1.ts";
import { durationMs, micSampleRate, speakerSampleRate } from "../../wire/pcm.ts";
import type { PresenceUpdate, Protocol, PublishedEvent } from "../protocol.ts";
import { bad, readAudio, readImage, readShape, readState, readText } from "../validators.ts";
import { AcknowledgedSendQueue } from "./send-queue.ts";

export const parleyV1: Protocol = {
  decode: (frame) =>
    typeof frame === "string" ? readJson(frame) : readAudio(new Uint8Array(frame), micSampleRate),
  encode: write,
  createSendQueue: (socket) => new AcknowledgedSendQueue(socket),
  encodeError: ({ code, action, message }, _, seq, id) =>
    writeFrame({ type: "error", seq, code, action, message, ...(id !== undefined && { id }) }),
};

export const writeFrame = (frame: ServerFrame): string => JSON.stringify(frame);

export const writePresence = (
  { reason, ...presence }: PresenceUpdate,
  seq: number,
): OutboundFrame =>
  words({ type: "presence", seq, ...presence, ...(reason !== undefined && { reason }) });

const seqShape = z.number().int().nonnegative();
const reasonShape = z.string().max(200).optional();

const frameShape = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    after: z.string().optional(),
    role: z.enum(roles).optional(),
  }),
  z.object({ type: z.literal("ack"), seq: seqShape }),
  z.object({
    type: z.literal("text"),
    text: z.string(),
    id: z
      .string()
      .regex(/^[A-Za-z0-9-]{8,64}$/)
      .optional(),
  }),
  z.object({ type: z.literal("image"), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal("interrupt") }),
  z.object({ type: z.literal("mute"), on: z.boolean(), who: z.string().max(64).optional() }),
  z.object({ type: z.literal("audioEnd") }),
  z.object({ type: z.literal("activity"), on: z.boolean() }),
  z.object({ type: z.literal("state"), delta: z.record(z.string(), z.json()) }),
  z.object({ type: z.literal("played"), seq: seqShape, ms: z.number().nonnegative() }),
  z.object({
    type: z.literal("approve"),
    id: z.string(),
    approved: z.boolean(),
    payload: z.json().optional(),
  }),
  z.object({ type: z.literal("bye"), reason: reasonShape }),
  z.object({ type: z.literal("end"), reason: reasonShape }),
]);

type Shape = z.output<typeof frameShape>;

const types = frameShape.options.map((option) => option.shape.type.value);

function readJson(frame: string): ClientRequest | ClientError {
  const read = readShape(frame, frameShape, types);
  return isClientError(read) ? read : readFrame(read);
}

function readFrame(frame: Shape): ClientRequest | ClientError {
  switch (frame.type) {
    case "text":
      return readText(frame.text, frame.id);
    case "image":
      return readImage(frame.data, frame.mimeType);
    case "audioEnd":
      return { type: "audioStreamEnd" };
    case "activity":
      return { type: frame.on ? "activityStart" : "activityEnd" };
    case "state":
      return readState(frame.delta);
    case "approve":
    case "ack":
    case "played":
    case "interrupt":
      return frame;
    default:
      return given(frame);
  }
}

function write({ event, from }: PublishedEvent, next: () => number): readonly OutboundFrame[] {
  const { sounds, rest } = splitAudio(event);
  const told =
    rest && words(eventFrame(rest, from, next()), isInterruption(rest), audioDurationMs(rest));
  const heard = sounds.flatMap((sound) => voice(sound, next));
  return told ? [told, ...heard] : heard;
}

const eventFrame = (event: Event, from: string | undefined, seq: number): ServerFrame => ({
  type: "event",
  seq,
  event,
  ...(from !== undefined && { from }),
});

function words(frame: ServerFrame, cuts = false, soundMs = 0): OutboundFrame {
  const data = writeFrame(frame);
  return { seq: frame.seq, data, bytes: data.length, audioMs: soundMs, interrupts: cuts };
}

function voice(base64: string, next: () => number): OutboundFrame[] {
  const pcm = fromBase64(base64);
  if (!pcm?.byteLength) return [];
  const seq = next();
  const data = encodeAudioFrame(seq, pcm);
  const soundMs = durationMs(data.byteLength - headerBytes, speakerSampleRate);
  return [{ seq, data, bytes: data.byteLength, audioMs: soundMs, interrupts: false }];
}

/** Zod's types say that a field that was left out may be undefined; its objects do not have it. */
type Given<T> = T extends object ? { [K in keyof T]: Exclude<T[K], undefined> } : never;

const given = <T extends object>(frame: T): Given<T> => frame as Given<T>;

/** Said before `hello`. */
export const helloFirst = (): ClientError =>
  bad('the first frame is {"type":"hello"}, and everything else comes after it');

/** The codec of parley's own protocol (subprotocol `parley.v1`): binary audio, JSON for everything else, resume points. */
import * as z from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { fileHeads } from "../../core/media-file.ts";
import { splitAudio, isInterruption, audioDurationMs } from "../../core/adk/event-audio.ts";
import { fromBase64 } from "../../wire/base64.ts";
import {
  headerBytes,
  audioDirections,
  roles,
  encodeAudioFrame,
  type ClientFrame,
  type ServerFrame,
} from "../../wire/parley-v1.ts";
import { durationMs, micSampleRate, speakerSampleRate } from "../../wire/pcm.ts";
import type { PresenceUpdate, Protocol, PublishedEvent } from "../protocol.ts";
import {
  decodeJsonFrame,
  invalidFrame,
  parseAudio,
  parseImage,
  parseStateDelta,
  parseText,
  tokenSchema,
} from "../validators.ts";
import { AcknowledgedSendQueue } from "./send-queue.ts";
import { lazy } from "../../wire/lazy.ts";
import { isEventId } from "../../wire/event-id.ts";

export const parleyV1: Protocol = {
  joinsByMessage: true,
  decode: (frame) => (typeof frame === "string" ? decodeText(frame) : decodeAudio(frame)),
  encode: encodeEvent,
  createSendQueue: (socket, _, lateness) => new AcknowledgedSendQueue(socket, lateness),
  encodeError: ({ code, action, message, retryAfterS }, _, seq, id) =>
    writeFrame({
      type: "error",
      seq,
      code,
      action,
      message,
      ...(id !== undefined && { id }),
      ...(retryAfterS !== undefined && { retryAfterS }),
    }),
};

export const writeFrame = (frame: ServerFrame): string => JSON.stringify(frame);

export const writePresence = (
  { reason, ...presence }: PresenceUpdate,
  seq: number,
): OutboundFrame =>
  jsonFrame({ type: "presence", seq, ...presence, ...(reason !== undefined && { reason }) });

const json = lazy((): z.ZodType => z.json());
const seqSchema = lazy(() => z.number().int().nonnegative());
const reasonSchema = lazy(() => z.string().max(200).exactOptional());

const frameSchema = lazy(() =>
  z.discriminatedUnion("type", [
    z.object({
      type: z.literal("hello"),
      after: z.string().exactOptional(),
      role: z.enum(roles).exactOptional(),
      opus: z.array(z.enum(audioDirections)).max(audioDirections.length).readonly().exactOptional(),
    }),
    z.object({ type: z.literal("ack"), seq: seqSchema() }),
    z.object({
      type: z.literal("text"),
      text: z.string(),
      id: z
        .string()
        .regex(/^[A-Za-z0-9-]{8,64}$/)
        .refine((id) => !isEventId(id), "is one of the server's own ids: UUIDs of version 8")
        .exactOptional(),
    }),
    z.object({ type: z.literal("image"), data: z.string(), mimeType: z.string() }),
    z.object({ type: z.literal("interrupt") }),
    z.object({ type: z.literal("mute"), on: z.boolean(), who: z.string().max(64).exactOptional() }),
    z.object({ type: z.literal("audioEnd") }),
    z.object({ type: z.literal("activity"), on: z.boolean() }),
    z.object({ type: z.literal("state"), delta: z.record(z.string(), json()) }),
    z.object({ type: z.literal("token"), token: tokenSchema() }),
    z.object({ type: z.literal("played"), seq: seqSchema(), ms: z.number().nonnegative() }),
    z.object({
      type: z.literal("approve"),
      id: z.string(),
      approved: z.boolean(),
      payload: z.exactOptional(json()),
    }),
    z.object({ type: z.literal("bye"), reason: reasonSchema() }),
    z.object({ type: z.literal("remove"), who: z.string().max(64), reason: reasonSchema() }),
    z.object({ type: z.literal("end"), reason: reasonSchema() }),
  ]),
);

/** `Required` finds an optional field that only one of the two types has. */
type Same<A, B> = [A, B, Required<A>, Required<B>] extends [B, A, Required<B>, Required<A>]
  ? B
  : never;

/** The wire type, which the browser client uses without zod; `never`, and a compile error, if the schema differs. */
type DecodedFrame = Same<z.output<ReturnType<typeof frameSchema>>, ClientFrame>;

/** Microphone audio: bare PCM. A whole number of samples that begins like no file needs no further check. */
function decodeAudio(frame: ArrayBuffer): ClientRequest | ClientError {
  const pcm = new Uint8Array(frame);
  // MP4 has "ftyp" at its fifth byte.
  const mayBeFile =
    fileHeads.has((pcm[0] ?? 0) | ((pcm[1] ?? 0) << 8)) || (pcm[4] === 0x66 && pcm[5] === 0x74);
  return pcm.byteLength % 2 === 0 && !mayBeFile
    ? { type: "audio", pcm, rate: micSampleRate }
    : parseAudio(pcm, micSampleRate);
}

/** As every client writes it. Four come in a second, and the full parser would cost more than the audio they acknowledge. */
const plainAck = /^\{"type":"ack","seq":(0|[1-9]\d{0,14})\}$/;

function decodeText(text: string): ClientRequest | ClientError {
  const [, seq] = plainAck.exec(text) ?? [];
  if (seq !== undefined) return { type: "ack", seq: Number(seq) };
  const frame: DecodedFrame | ClientError = decodeJsonFrame(text, frameSchema());
  return isClientError(frame) ? frame : toRequest(frame);
}

function toRequest(frame: DecodedFrame): ClientRequest | ClientError {
  switch (frame.type) {
    case "text":
      return parseText(frame.text, frame.id);
    case "image":
      return parseImage(frame.data, frame.mimeType);
    case "audioEnd":
      return { type: "audioStreamEnd" };
    case "activity":
      return { type: frame.on ? "activityStart" : "activityEnd" };
    case "state":
      return parseStateDelta(frame.delta);
    default:
      return frame;
  }
}

function encodeEvent(
  { event, from, expiresInMs }: PublishedEvent,
  nextSeq: () => number,
): readonly OutboundFrame[] {
  const { sounds, rest } = splitAudio(event);
  const eventFrames = rest
    ? [
        jsonFrame(
          {
            type: "event",
            seq: nextSeq(),
            event: rest,
            ...(from !== undefined && { from }),
            ...(expiresInMs !== undefined && { expiresInMs }),
          },
          { audioMs: audioDurationMs(rest), interrupts: isInterruption(rest) },
        ),
      ]
    : [];
  return [...eventFrames, ...sounds.flatMap((sound) => audioFrames(sound, nextSeq))];
}

function jsonFrame(
  frame: ServerFrame,
  { audioMs = 0, interrupts = false }: Partial<OutboundFrame> = {},
): OutboundFrame {
  const data = writeFrame(frame);
  return { seq: frame.seq, data, bytes: data.length, audioMs, interrupts };
}

/** @returns none for empty audio or invalid base64: they take no sequence number. */
function audioFrames(base64: string, nextSeq: () => number): OutboundFrame[] {
  const pcm = fromBase64(base64);
  if (!pcm?.byteLength) return [];
  const seq = nextSeq();
  const data = encodeAudioFrame(seq, pcm);
  const audioMs = durationMs(data.byteLength - headerBytes, speakerSampleRate);
  return [{ seq, data, bytes: data.byteLength, audioMs, interrupts: false }];
}

/** The error for a frame before `hello`. */
export const helloFirst = (): ClientError =>
  invalidFrame('the first frame is {"type":"hello"}, and everything else comes after it');

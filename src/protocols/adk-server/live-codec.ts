/**
 * The codec of `/run_live` of ADK's API server: a LiveRequest in each text frame up, one ADK Event in each text frame down.
 *
 * ADK's server stops reading at an invalid frame. This one answers with an error event and keeps the connection.
 */
import * as z from "zod";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { asConfirmationCall, withNodeInfo } from "../../core/adk/run-events.ts";
import { limits } from "../../core/policy/limits.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { normalizeAdkFields } from "../../wire/casing.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import { AudioFrameForm } from "../audio-frame.ts";
import { eventFrame } from "../frames.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import {
  describeJsonFault,
  invalidFrame,
  listOf,
  parseAudio,
  parseImage,
  parseJson,
  parseStateDelta,
  tokenSchema,
  truncate,
} from "../validators.ts";
import { parseParts, partSchema } from "./content-parts.ts";
import { lazy } from "../../wire/lazy.ts";

export const adkLive: Protocol = {
  // A binary frame, which ends the connection at ADK's server, is taken as microphone audio.
  decode: (frame) =>
    typeof frame === "string"
      ? (decodeBlob(frame) ?? decodeText(frame))
      : parseAudio(new Uint8Array(frame), micSampleRate),
  encode: ({ event }) => [
    {
      ...eventFrame(withNodeInfo(asConfirmationCall(event))),
      isVoiceActivity: event.voiceActivity !== undefined,
    },
  ],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

const maxParts = limits.messageParts.value;

/** ADK's LiveRequest, in camelCase. A null field counts as absent. */
const requestSchema = lazy(() =>
  z.object({
    content: z.object({ parts: listOf(partSchema(), maxParts).nullish() }).nullish(),
    partial: z.boolean().nullish(),
    blob: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
    activityStart: z.unknown().optional(),
    activityEnd: z.unknown().optional(),
    audioStreamEnd: z.unknown().optional(),
    stateDelta: z.record(z.string(), z.json()).nullish(),
    close: z.boolean().nullish(),
    // Not in ADK: its servers have no tokens.
    token: tokenSchema().nullish(),
  }),
);

type LiveRequest = z.output<ReturnType<typeof requestSchema>>;

/** The short way of a LiveRequest that holds one piece of audio. */
const blobForm = new AudioFrameForm('{ "blob" : {', "} }");

function decodeBlob(frame: string): ClientRequest | ClientError | undefined {
  const audio = blobForm.read(frame);
  return audio && parseAudio(audio.pcm, audio.rate);
}

function decodeText(frame: string): readonly ClientRequest[] | ClientError {
  const value = parseJson(frame);
  if (value === undefined) return invalidFrame(`a text frame ${describeJsonFault(frame)}`);
  const { data, error } = requestSchema().safeParse(normalizeAdkFields(value));
  if (!data) return invalidFrame(`it is no LiveRequest: ${describeIssue(error)}`);
  const requests: ClientRequest[] = [];
  for (const result of [
    ...stateRequests(data),
    ...realtimeRequests(data),
    ...contentRequests(data),
    ...tokenRequests(data),
    ...closeRequests(data),
  ]) {
    if (isClientError(result)) return result;
    requests.push(result);
  }
  return requests.length > 0
    ? requests
    : invalidFrame(
        "a LiveRequest holds content, blob, activity_start, activity_end, audio_stream_end, state_delta or close",
      );
}

const describeIssue = ({ issues: [issue] }: z.ZodError): string =>
  `${issue?.path.length ? `"${truncate(issue.path.join("."))}": ` : ""}${issue?.message}`;

type Results = readonly (ClientRequest | ClientError)[];

const stateRequests = ({ stateDelta }: LiveRequest): Results =>
  stateDelta ? [parseStateDelta(stateDelta)] : [];

/** One of them at most, in ADK's order: an activity mark takes precedence over a blob. */
function realtimeRequests({
  activityStart,
  activityEnd,
  blob,
  audioStreamEnd,
}: LiveRequest): Results {
  if (activityStart) return [{ type: "activityStart" }];
  if (activityEnd) return [{ type: "activityEnd" }];
  if (blob) return [parseBlob(blob)];
  return audioStreamEnd ? [{ type: "audioStreamEnd" }] : [];
}

function parseBlob({
  mimeType,
  data,
}: NonNullable<LiveRequest["blob"]>): ClientRequest | ClientError {
  if (mimeType.toLowerCase().startsWith("image/")) return parseImage(data, mimeType);
  const rate = parsePcmRate(mimeType);
  if (rate === undefined)
    return invalidFrame(
      `a blob is "${truncate(mimeType)}": send audio/pcm;rate=16000, or a picture`,
    );
  const pcm = fromBase64(data);
  return pcm ? parseAudio(pcm, rate) : invalidFrame('"data" of a blob is not base64');
}

function contentRequests({ content, partial }: LiveRequest): Results {
  if (!content) return [];
  const parts = parseParts(content.parts ?? []);
  if (isClientError(parts)) return [parts];
  if (parts.length === 0) return [invalidFrame('"content" has no parts that say anything')];
  return parts.map((part) =>
    part.type === "text" && partial ? { type: "draft", text: part.text } : part,
  );
}

const tokenRequests = ({ token }: LiveRequest): Results =>
  typeof token === "string" ? [{ type: "token", token }] : [];

const closeRequests = ({ close }: LiveRequest): Results => (close ? [{ type: "bye" }] : []);

/**
 * The door of ADK's server, `/run_live`: a LiveRequest in each text frame up, one ADK Event in each text frame down.
 *
 * ADK's own goes deaf at a frame it does not understand; this one answers with an error event, and goes on.
 */
import { z } from "zod";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest } from "../../core/client-request.ts";
import { asConfirmationCall, withNodeInfo } from "../../core/adk/run-events.ts";
import { isInterruption, audioDurationMs } from "../../core/adk/event-audio.ts";
import type { Event } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { toCamelCase } from "../../wire/casing.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import { partShape, readParts } from "./content-parts.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { bad, readAudio, readImage, readState, short } from "../validators.ts";

export const adkLive: Protocol = {
  // ADK's server dies of a binary frame. Here it is what it can only be: the microphone.
  decode: (frame) =>
    typeof frame === "string" ? readJson(frame) : readAudio(new Uint8Array(frame), micSampleRate),
  encode: ({ event }) => [frameOf(withNodeInfo(asConfirmationCall(event)))],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

function frameOf(event: Event): OutboundFrame {
  const data = JSON.stringify(event);
  const marks = event.voiceActivity !== undefined;
  return {
    seq: 0,
    data,
    bytes: data.length,
    audioMs: audioDurationMs(event),
    interrupts: isInterruption(event),
    isVoiceActivity: marks,
  };
}

/** ADK's LiveRequest, in camelCase. A field that is null is not there. */
const requestShape = z.object({
  content: z.object({ parts: z.array(partShape).nullish() }).nullish(),
  partial: z.boolean().nullish(),
  blob: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
  activityStart: z.unknown().optional(),
  activityEnd: z.unknown().optional(),
  audioStreamEnd: z.unknown().optional(),
  stateDelta: z.record(z.string(), z.json()).nullish(),
  close: z.boolean().nullish(),
});

type Shape = z.output<typeof requestShape>;

function readJson(frame: string): readonly ClientRequest[] | ClientError {
  let value: unknown;
  try {
    value = toCamelCase(JSON.parse(frame));
  } catch {
    return bad("a text frame is not JSON");
  }
  const { data, error } = requestShape.safeParse(value);
  if (!data) return bad(`it is no LiveRequest: ${words(error)}`);
  const read = [...readDelta(data), ...readMarks(data), ...readContent(data), ...readClose(data)];
  const wrong = read.find((each) => isClientError(each));
  if (wrong && isClientError(wrong)) return wrong;
  return read.length > 0 ? (read as readonly ClientRequest[]) : bad(nothing);
}

const nothing =
  "a LiveRequest holds content, blob, activity_start, activity_end, audio_stream_end, state_delta or close";

const words = ({ issues: [issue] }: z.ZodError): string =>
  `${issue?.path.length ? `"${issue.path.join(".")}": ` : ""}${issue?.message}`;

type Read = readonly (ClientRequest | ClientError)[];

const readDelta = ({ stateDelta }: Shape): Read => (stateDelta ? [readState(stateDelta)] : []);

/** ADK's order: a mark goes before a blob, and takes its place. */
function readMarks({ activityStart, activityEnd, blob, audioStreamEnd }: Shape): Read {
  if (activityStart) return [{ type: "activityStart" }];
  if (activityEnd) return [{ type: "activityEnd" }];
  if (blob) return [readBlob(blob)];
  return audioStreamEnd ? [{ type: "audioStreamEnd" }] : [];
}

function readBlob({ mimeType, data }: NonNullable<Shape["blob"]>): ClientRequest | ClientError {
  if (mimeType.toLowerCase().startsWith("image/")) return readImage(data, mimeType);
  const rate = parsePcmRate(mimeType);
  if (rate === undefined)
    return bad(`a blob is "${short(mimeType)}": send audio/pcm;rate=16000, or a picture`);
  const pcm = fromBase64(data);
  return pcm ? readAudio(pcm, rate) : bad('"data" of a blob is not base64');
}

function readContent({ content, partial }: Shape): Read {
  if (!content) return [];
  const pieces = readParts(content.parts ?? []);
  if (isClientError(pieces)) return [pieces];
  if (pieces.length === 0) return [bad('"content" has no parts that say anything')];
  return pieces.map((piece) =>
    piece.type === "text" && partial ? { type: "draft", text: piece.text } : piece,
  );
}

const readClose = ({ close }: Shape): Read => (close ? [{ type: "bye" }] : []);

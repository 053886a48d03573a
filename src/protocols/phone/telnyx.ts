/**
 * Telnyx: TeXML, whose verbs are Twilio's, and media streaming
 * (https://developers.telnyx.com/docs/voice/programmable-voice/media-streaming).
 */
import * as z from "zod";
import { verifyTelnyxSignature } from "../../access/telnyx-signature.ts";
import { document, escapeXml, hangUp, redirect, rejectAsBusy } from "./call-xml.ts";
import type { PhoneProvider } from "./provider.ts";
import {
  digitSchema,
  markSchema,
  mediaSchema,
  stopSchema,
  toPhoneEvent,
} from "./stream-messages.ts";
import { dialVerb, readTwilioForm } from "./twilio.ts";
import { lazy } from "../../wire/lazy.ts";

const messageSchema = lazy(() =>
  z.discriminatedUnion("event", [
    z.object({
      event: z.literal("start"),
      stream_id: z.string().min(1).max(100),
      start: z.object({
        call_control_id: z.string(),
        custom_parameters: z.object({ token: z.string().optional() }).nullish(),
        /** The instruction asks for µ-law; another encoding would be noise. */
        media_format: z.object({ encoding: z.literal("PCMU"), sample_rate: z.literal(8_000) }),
      }),
    }),
    mediaSchema(),
    markSchema(),
    digitSchema(),
    stopSchema(),
  ]),
);

/** µ-law both ways, whatever the codec of the call is: without it Telnyx takes MP3 files, and sends the call's codec. */
const format =
  'codec="PCMU" bidirectionalMode="rtp" bidirectionalCodec="PCMU" bidirectionalSamplingRate="8000"';

export const telnyx: PhoneProvider = {
  name: "telnyx",
  title: "Telnyx",
  keySetting: "TELNYX_PUBLIC_KEY",
  signsAddress: false,
  signsStreams: false,
  verify: ({ headers, body = "" }, publicKey, now) =>
    verifyTelnyxSignature(
      { publicKey, body, timestamp: headers.get("telnyx-timestamp") },
      headers.get("telnyx-signature-ed25519"),
      now,
    ),
  readForm: (form) => {
    const read = readTwilioForm(form);
    // A stream may name the call by its older id.
    const legacy = form.get("CallSidLegacy");
    return legacy === null ? read : { ...read, ids: [...read.ids, legacy] };
  },
  connect: ({ stream, token, afterwards }) =>
    document(
      `<Connect><Stream url="${escapeXml(stream)}" ${format}><Parameter name="token" value="${escapeXml(token)}"/></Stream></Connect>${redirect(afterwards)}`,
    ),
  dial: dialVerb,
  reject: rejectAsBusy,
  hangUp,
  readMessage(message) {
    const { data } = messageSchema().safeParse(message);
    if (data?.event !== "start") return data && toPhoneEvent(data);
    const { call_control_id: call, custom_parameters: parameters } = data.start;
    return { kind: "start", stream: data.stream_id, call, token: parameters?.token ?? "" };
  },
  media: (_, payload) => ({ event: "media", media: { payload } }),
  mark: (_, name) => ({ event: "mark", mark: { name } }),
  clear: () => ({ event: "clear" }),
};

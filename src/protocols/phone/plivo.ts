/** Plivo: its XML, and audio streaming (https://www.plivo.com/docs/voice/audio-streaming/audio-streaming). */
import * as z from "zod";
import { verifyPlivoSignature } from "../../access/plivo-signature.ts";
import type { CallStatus } from "../../core/client-request.ts";
import { document, escapeXml, hangUp, redirect, ringSeconds } from "./call-xml.ts";
import type { PhoneProvider } from "./provider.ts";
import { digitSchema, mediaSchema, stopSchema, toPhoneEvent } from "./stream-messages.ts";
import { dialOutcome } from "./twilio.ts";
import { lazy } from "../../wire/lazy.ts";

const messageSchema = lazy(() =>
  z.discriminatedUnion("event", [
    z.object({
      event: z.literal("start"),
      start: z.object({ callId: z.string(), streamId: z.string().min(1).max(100) }),
      extra_headers: z.string().max(2_000).optional(),
    }),
    z.object({ event: z.literal("playedStream"), name: z.string() }),
    mediaSchema(),
    digitSchema(),
    // Undocumented, and seen in Plivo's own examples.
    stopSchema(),
  ]),
);

const contentType = "audio/x-mulaw";

export const plivo: PhoneProvider = {
  name: "plivo",
  title: "Plivo",
  keySetting: "PLIVO_AUTH_TOKEN",
  signsAddress: true,
  signsStreams: false,
  verify: ({ url, headers, body = "" }, authToken) =>
    verifyPlivoSignature(
      {
        authToken,
        url,
        fields: new URLSearchParams(body),
        nonce: headers.get("x-plivo-signature-v3-nonce"),
      },
      headers.get("x-plivo-signature-v3"),
    ),
  readForm: (form) => ({
    ids: [form.get("CallUUID") ?? ""],
    from: partyOf(form.get("From")),
    to: partyOf(form.get("To")),
    dialled: dialOutcome(form.get("DialStatus")),
    answeredBy: undefined,
    status: statusOf(form),
  }),
  connect: ({ stream, token, afterwards }) =>
    document(
      `<Stream bidirectional="true" keepCallAlive="true" contentType="${contentType};rate=8000" extraHeaders="token=${escapeXml(token)}">${escapeXml(stream)}</Stream>${redirect(afterwards)}`,
    ),
  dial({ to, afterwards }) {
    const name = to.startsWith("sip") ? "User" : "Number";
    return document(
      `<Dial timeout="${ringSeconds}" action="${escapeXml(afterwards)}" method="POST"><${name}>${escapeXml(to)}</${name}></Dial>`,
    );
  },
  reject: () => document('<Hangup reason="busy"/>'),
  hangUp,
  readMessage(message) {
    const { data } = messageSchema().safeParse(message);
    if (!data) return undefined;
    switch (data.event) {
      case "start": {
        const { callId: call, streamId: stream } = data.start;
        return { kind: "start", stream, call, token: tokenOf(data.extra_headers) };
      }
      case "playedStream":
        return { kind: "mark", name: data.name };
      default:
        return toPhoneEvent(data);
    }
  },
  media: (streamId, payload) => ({
    event: "playAudio",
    streamId,
    media: { contentType, sampleRate: 8_000, payload },
  }),
  mark: (streamId, name) => ({ event: "checkpoint", streamId, name }),
  clear: (streamId) => ({ event: "clearAudio", streamId }),
  keys: (streamId, dtmf) => ({ event: "sendDTMF", streamId, dtmf }),
};

/** Plivo writes numbers without `+`. */
const partyOf = (party: string | null): string | undefined =>
  party === null ? undefined : party.replace(/^(?=\d{7,15}$)/, "+");

/** Written as `token=…;…`, as JSON or with another prefix (`X-PH-token`), by Plivo's version. */
const tokenOf = (headers = ""): string =>
  /token["']?\s*[=:]\s*["']?([0-9a-f]{48})(?![0-9a-f])/i.exec(headers)?.[1] ?? "";

const statuses: Readonly<Record<string, CallStatus["status"]>> = {
  ringing: "ringing",
  "in-progress": "answered",
  completed: "completed",
  busy: "busy",
  "no-answer": "no answer",
  timeout: "no answer",
  cancel: "cancelled",
  failed: "failed",
};

function statusOf(form: URLSearchParams): CallStatus | undefined {
  const status = statuses[form.get("CallStatus") ?? ""];
  if (!status) return undefined;
  const seconds = Number(form.get("Duration") ?? Number.NaN);
  const id = form.get("CallUUID") ?? "";
  return { status, id, ...(Number.isFinite(seconds) && { seconds }) };
}

/** Twilio: TwiML, and Media Streams (https://www.twilio.com/docs/voice/media-streams/websocket-messages). */
import * as z from "zod";
import type { CallStatus, DialOutcome } from "../../core/client-request.ts";
import { verifyTwilioSignature } from "../../access/twilio-signature.ts";
import { document, escapeXml, hangUp, redirect, rejectAsBusy, ringSeconds } from "./call-xml.ts";
import type { CallForm, DialInstruction, PhoneProvider } from "./provider.ts";
import {
  digitSchema,
  markSchema,
  mediaSchema,
  stopSchema,
  toPhoneEvent,
} from "./stream-messages.ts";
import { lazy } from "../../wire/lazy.ts";

/** Twilio sends its counters as strings. */
const messageSchema = lazy(() =>
  z.discriminatedUnion("event", [
    z.object({
      event: z.literal("start"),
      start: z.object({
        streamSid: z.string().min(1).max(100),
        callSid: z.string(),
        customParameters: z.object({ token: z.string().optional() }).optional(),
      }),
    }),
    mediaSchema(),
    markSchema(),
    digitSchema(),
    stopSchema(),
  ]),
);

export const twilio: PhoneProvider = {
  name: "twilio",
  title: "Twilio",
  keySetting: "TWILIO_AUTH_TOKEN",
  signsAddress: true,
  signsStreams: true,
  verify: ({ url, headers, body }, authToken) =>
    verifyTwilioSignature(
      { authToken, url, fields: body === undefined ? undefined : new URLSearchParams(body) },
      headers.get("x-twilio-signature"),
    ),
  readForm: readTwilioForm,
  connect: ({ stream, token, afterwards }) =>
    document(
      `<Connect><Stream url="${escapeXml(stream)}"><Parameter name="token" value="${escapeXml(token)}"/></Stream></Connect>${redirect(afterwards)}`,
    ),
  dial: dialVerb,
  reject: rejectAsBusy,
  hangUp,
  readMessage(message) {
    const { data } = messageSchema().safeParse(message);
    if (data?.event !== "start") return data && toPhoneEvent(data);
    const { streamSid: stream, callSid: call, customParameters } = data.start;
    return { kind: "start", stream, call, token: customParameters?.token ?? "" };
  },
  media: (streamSid, payload) => ({ event: "media", streamSid, media: { payload } }),
  mark: (streamSid, name) => ({ event: "mark", streamSid, mark: { name } }),
  clear: (streamSid) => ({ event: "clear", streamSid }),
};

/** The form of a webhook, of TeXML, too. */
export function readTwilioForm(form: URLSearchParams): CallForm {
  return {
    ids: [form.get("CallSid") ?? ""],
    from: form.get("From") ?? undefined,
    to: form.get("To") ?? undefined,
    dialled: dialOutcome(form.get("DialCallStatus")),
    answeredBy: answererOf(form.get("AnsweredBy")),
    status: statusOf(form),
  };
}

/** TeXML has the same verb. */
export function dialVerb({ to, afterwards }: DialInstruction): string {
  const name = to.startsWith("sip") ? "Sip" : "Number";
  return document(
    `<Dial timeout="${ringSeconds}" action="${escapeXml(afterwards)}" method="POST"><${name}>${escapeXml(to)}</${name}></Dial>`,
  );
}

/** How the call to another telephone ended; undefined if there was none. The values are those of all providers. */
export function dialOutcome(status: string | null): DialOutcome | undefined {
  if (status === null) return undefined;
  if (status === "completed" || status === "answered") return "answered";
  if (status === "busy") return "busy";
  return ["no-answer", "canceled", "cancel", "timeout"].includes(status) ? "no answer" : "failed";
}

/** Twilio: human, unknown, machine_start, machine_end_beep, …, fax. */
function answererOf(value: string | null): CallForm["answeredBy"] {
  if (value === null) return undefined;
  return /^(machine|fax)/.test(value) ? "machine" : "person";
}

const statuses: Readonly<Record<string, CallStatus["status"]>> = {
  queued: "initiated",
  initiated: "initiated",
  ringing: "ringing",
  "in-progress": "answered",
  answered: "answered",
  completed: "completed",
  busy: "busy",
  "no-answer": "no answer",
  canceled: "cancelled",
  failed: "failed",
};

/** The values are those of TeXML, too. */
function statusOf(form: URLSearchParams): CallStatus | undefined {
  const status = statuses[form.get("CallStatus") ?? ""];
  if (!status) return undefined;
  const seconds = Number(form.get("CallDuration") ?? Number.NaN);
  const answeredBy = answererOf(form.get("AnsweredBy"));
  return {
    status,
    id: form.get("CallSid") ?? "",
    ...(Number.isFinite(seconds) && { seconds }),
    ...(answeredBy && { answeredBy }),
  };
}

/** Places calls by Twilio's REST API (https://www.twilio.com/docs/voice/api/call-resource). */
import * as z from "zod";
import type { Config } from "../../config.ts";
import { clientError, type ClientError } from "../../core/errors.ts";
import type { CallRequest } from "./calls-route.ts";
import { lazy } from "../../wire/lazy.ts";

type Outbound = NonNullable<NonNullable<Config["phone"]>["outbound"]>;

interface TwilioCall extends CallRequest {
  readonly agent: string;
  readonly user: string;
}

const timeoutMs = 10_000;

const answerSchema = lazy(() =>
  z.object({ sid: z.string(), status: z.string().default("queued") }),
);
const refusalSchema = lazy(() =>
  z.object({ code: z.number().optional(), message: z.string().optional() }),
);

/** @returns the id of the call, which rings now; an error if Twilio refuses it or cannot be reached. */
export async function placeTwilioCall(
  outbound: Outbound,
  call: TwilioCall,
): Promise<{ readonly call: string; readonly status: string } | ClientError> {
  const { apiUrl, accountSid, authToken } = outbound;
  try {
    const response = await fetch(`${apiUrl}/2010-04-01/Accounts/${accountSid}/Calls.json`, {
      method: "POST",
      headers: { Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      body: formOf(outbound, call),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = await response.json().catch(() => undefined);
    const { data } = answerSchema().safeParse(body);
    if (response.ok && data) return { call: data.sid, status: data.status };
    return response.status === 401 ? wrongCredentials() : refused(response.status, body);
  } catch {
    return unreachable();
  }
}

function formOf(
  { publicUrl, number }: Outbound,
  { to, agent, user, session, ringSeconds, onMachine }: TwilioCall,
): URLSearchParams {
  // Twilio signs the address with its query, so nothing in it can be forged.
  const query = new URLSearchParams({
    agent,
    ...(onMachine && { machine: onMachine }),
    outbound: "1",
    ...(session !== undefined && { session }),
    user,
  });
  const form = new URLSearchParams({
    To: to,
    From: number,
    Url: `${publicUrl}/twilio/voice?${query.toString()}`,
    Method: "POST",
    StatusCallback: `${publicUrl}/twilio/status?${query.toString()}`,
    StatusCallbackMethod: "POST",
    Timeout: `${ringSeconds}`,
    ...(onMachine && { MachineDetection: "Enable" }),
  });
  for (const event of ["initiated", "ringing", "answered", "completed"])
    form.append("StatusCallbackEvent", event);
  return form;
}

const wrongCredentials = (): ClientError =>
  clientError(
    "MISCONFIGURED",
    "No call was placed: Twilio does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN.",
  );

function refused(status: number, body: unknown): ClientError {
  const { code, message = `HTTP ${status}` } = refusalSchema().safeParse(body).data ?? {};
  const reference = code === undefined ? "" : ` (Twilio's error ${code})`;
  return clientError(
    "CALL_REFUSED",
    `No call was placed: Twilio refused it. ${message}${reference}`,
  );
}

const unreachable = (): ClientError =>
  clientError(
    "UPSTREAM_UNREACHABLE",
    "Twilio cannot be reached, or did not answer within 10 s. The call may still ring: look at its log before you try again.",
  );

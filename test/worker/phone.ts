/** Twilio's side of a phone call inside workerd: requests the TwiML, opens the stream and stores the received messages. */
import { exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe } from "vitest";
import { Client } from "./client.ts";
import { dialects, translated, type ProviderName } from "./phone-dialects.ts";
import { setUpstream, FakeUpstreams } from "./upstreams.ts";

/** As in vitest.config.ts. */
export const publicUrl = "https://voice.example.com";

/** The provider whose side the tests play. */
let provider: ProviderName = "twilio";

/** Runs a suite for each provider. */
export function describeProviders(suite: (name: ProviderName) => void): void {
  describe.each(["twilio", "telnyx", "plivo"] as const)("%s", (name) => {
    beforeAll(() => void (provider = name));
    afterAll(() => void (provider = "twilio"));
    suite(name);
  });
}

/** The signature of a webhook or of an upgrade. */
export async function sign(url: string, form?: Record<string, string>): Promise<string> {
  return Object.values(await dialects.twilio.sign(url, form))[0] ?? "";
}

/** The headers of a signature; `signature` replaces the right one. */
async function signed(
  url: string,
  form: Record<string, string> | undefined,
  signature: string | undefined,
): Promise<Record<string, string>> {
  const headers = await dialects[provider].sign(url, form);
  if (signature === undefined) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) =>
      /nonce|timestamp/.test(name) ? [name, value] : [name, signature],
    ),
  );
}

/** The server's response to an incoming or returning phone call. */
export async function requestTwiml(
  form: Record<string, string>,
  { query = "", signature }: { query?: string; signature?: string } = {},
): Promise<Response> {
  const url = `${publicUrl}/${provider}/voice${query}`;
  const fields = dialects[provider].form(form);
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    ...(await signed(url, fields, signature)),
  };
  const body = new URLSearchParams(fields).toString();
  return exports.default.fetch(url, { method: "POST", headers, body });
}

/** The stream's socket, or the status of a refusal. */
export async function connect(
  url: string,
  signature?: string,
): Promise<{ status: number; webSocket: WebSocket | undefined; json<T>(): Promise<T> }> {
  const headers = { Upgrade: "websocket", ...(await signed(url, undefined, signature)) };
  const response = await exports.default.fetch(url.replace(/^ws/, "http"), { headers });
  const { status, webSocket } = response;
  return {
    status,
    webSocket: webSocket ? translated(webSocket, provider) : undefined,
    json: () => response.json(),
  };
}

let count = 0;
/** Test files share conversations of one name, and what an operator has decided in them. */
const run = crypto.randomUUID().slice(0, 8);
/** A user begins a bounded number of conversations a minute. */
const newNumber = (): string => `+1415${crypto.getRandomValues(new Uint32Array(1))[0]}`;

/** A caller in a new conversation. The test plays its models. Sends no request. */
export function newCaller(from = newNumber()) {
  const call = `CA${run}${++count}`;
  const object = JSON.stringify(["assistant", from, call]);
  const models = new FakeUpstreams();
  setUpstream(object, models.answer);
  const form = { AccountSid: "AC1", CallSid: call, From: from, To: "+14155550199" };
  return { call, object, models, form, path: `/ws/${from}/${call}?agent=assistant` };
}

export type Caller = ReturnType<typeof newCaller>;

export interface StreamInvitation {
  readonly stream: string;
  readonly token: string;
  readonly afterwards: string;
}

export async function fetchInvitation({ form }: Caller, query = ""): Promise<StreamInvitation> {
  const twiml = await (await requestTwiml(form, { query })).text();
  const { stream, token } = streamIn(twiml);
  const [, afterwards = ""] = /<Redirect method="POST">([^<]+)</.exec(twiml) ?? [];
  return { stream, token, afterwards: afterwards.replaceAll("&amp;", "&") };
}

/** The stream that a response to a webhook asks for. */
export const streamIn = (xml: string) => ({
  stream: dialects[provider].streamIn(xml),
  token: dialects[provider].tokenIn(xml),
});

/** A phone call whose stream is open. @param token for its start; by default the invitation's. */
export async function openStream(who: Caller = newCaller(), token?: string) {
  const invitation = await fetchInvitation(who);
  const { webSocket, ...refused } = await connect(invitation.stream);
  if (!webSocket) throw new Error(`no stream: ${JSON.stringify(await refused.json())}`);
  const phone = new Client(webSocket);
  const stream = `MZ${who.call}`;
  phone.send({ event: "connected", protocol: "Call", version: "1.0.0" });
  phone.send(startMessage(who, stream, token ?? invitation.token));
  return { ...who, phone, stream, invitation };
}

/** Opens another stream of a phone call. */
export async function reopen(who: Pick<Caller, "call">, url: string, token: string) {
  const { webSocket } = await connect(url);
  if (!webSocket) throw new Error("no stream");
  const phone = new Client(webSocket);
  phone.send(startMessage(who, `MZ${who.call}again`, token));
  return phone;
}

export const startMessage = ({ call }: Pick<Caller, "call">, streamSid: string, token: string) => ({
  event: "start",
  sequenceNumber: "1",
  streamSid,
  start: {
    accountSid: "AC1",
    streamSid,
    callSid: call,
    tracks: ["inbound"],
    mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
    customParameters: { token },
  },
});

/** The caller's voice for ms, in frames of 20 ms. */
export function* voiceFrames(ms: number, { from = 0, loud = true } = {}) {
  for (let at = from; at < from + ms; at += 20) {
    const bytes = Uint8Array.from({ length: 160 }, (_, i) =>
      loud ? (i % 8 < 4 ? 0x90 : 0x10) : 0xff,
    );
    const media = { track: "inbound", timestamp: `${at}`, payload: bytes.toBase64() };
    yield { event: "media", sequenceNumber: "2", media };
  }
}

/**
 * Waits for a condition at the model's side. Polled: a promise that the model's side resolves would continue in the object's
 * context, where the caller's socket may not be used.
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await scheduler.wait(1);
}

/** A phone call whose session is ready. */
export async function phoneConversation(who?: Caller) {
  const call = await openStream(who);
  const { all } = call.models;
  await until(() => (all[0]?.received.length ?? 0) > 0);
  const [model] = all;
  if (!model) throw new Error("no model");
  await model.send({ setupComplete: {} });
  return { ...call, model };
}

/** A message to Twilio. */
export interface TwilioMessage {
  readonly event: "media" | "mark" | "clear";
  readonly streamSid: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

export const messagesTo = ({ frames }: Client): TwilioMessage[] =>
  frames.map((frame) => JSON.parse(frame) as TwilioMessage);

/** The protocols of WebSockets that are fuzzed: how each is opened, its valid frames, and a frame that must be answered. */
import { createHmac } from "node:crypto";
import { subprotocol } from "../../src/wire/parley-v1.ts";
import { requestStream } from "../../test/support/twilio.ts";
import { authToken } from "../compare/clients/phone.ts";
import { clickNoise } from "../compare/noise.ts";
import { encodeSample } from "../../src/wire/mulaw.ts";
import { createSession } from "./requests.ts";
import type { Retries } from "./retries.ts";

export interface Opening {
  readonly url: string;
  readonly subprotocol?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Frames that begin the connection, unchanged. */
  readonly first: readonly object[];
}

export interface SocketProtocol {
  readonly name: string;
  /** @param base `http://host:port`. @param conversation a name without special characters. */
  open(base: string, conversation: string, retries: Retries): Promise<Opening>;
  /** Frames that a client sends. */
  readonly valid: readonly object[];
  /** Frames that end the connection, or the conversation. */
  readonly ending: readonly object[];
  /** How many frames are under way at once: the server does not handle those behind one that ends the connection. */
  readonly atOnce: number;
  /** Binary frames have a meaning. */
  readonly binary: boolean;
  /** A valid frame at the end, which must be answered. */
  readonly last: object;
  /** Whether a frame answers `last`: that, or a documented refusal. */
  answers(frame: string): boolean;
}

const pcm = Buffer.from(clickNoise(640)).toString("base64");
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]).toString(
  "base64",
);
const uuid = "0123456789abcdef";
const ws = (base: string): string => base.replace(/^http/, "ws");

export const parleyV1: SocketProtocol = {
  name: "parley.v1",
  open: (base, conversation) =>
    Promise.resolve({
      url: `${ws(base)}/ws/fuzz/${conversation}?role=operator`,
      subprotocol,
      first: [{ type: "hello" }],
    }),
  valid: [
    { type: "hello", after: "1.1", role: "operator", opus: ["up", "down"] },
    { type: "ack", seq: 3 },
    { type: "text", text: "hi", id: uuid },
    { type: "image", data: jpeg, mimeType: "image/jpeg" },
    { type: "interrupt" },
    { type: "mute", on: true, who: "0c1f" },
    { type: "mute", on: false },
    { type: "audioEnd" },
    { type: "activity", on: true },
    { type: "activity", on: false },
    { type: "state", delta: { a: 1, "user:b": [2], "app:c": null, "temp:d": { e: "f" } } },
    { type: "played", seq: 4, ms: 20 },
    { type: "approve", id: "call_7", approved: true, payload: { a: [1] } },
  ],
  ending: [
    { type: "bye", reason: "done" },
    { type: "end", reason: "done" },
  ],
  binary: true,
  atOnce: 10,
  last: { type: "hello" },
  answers: (frame) => /"type":"(?:hello|error|goAway)"/.test(frame),
};

/** A change of the state is published to its sender, too. */
const isStateAnswer = (frame: string): boolean => /"fuzzed"|"errorCode"/.test(frame);

const adkDemo: SocketProtocol = {
  name: "ADK bidi-demo",
  open: (base, conversation) =>
    Promise.resolve({
      url: `${ws(base)}/ws/fuzz/${conversation}?proactivity=true&role=operator`,
      first: [],
    }),
  valid: [
    { type: "text", text: "hi" },
    { type: "image", data: jpeg, mimeType: "image/jpeg" },
    { type: "audio", data: pcm, mime_type: "audio/pcm;rate=16000" },
    { type: "activity_start" },
    { type: "activity_end" },
    { type: "audio_stream_end" },
    { type: "approve", id: "call_7", approved: true, payload: { a: [1] } },
    { type: "state", delta: { a: 1, "user:b": [2], "temp:d": { e: "f" } } },
  ],
  ending: [],
  binary: true,
  atOnce: 10,
  last: { type: "state", delta: { fuzzed: 1 } },
  answers: isStateAnswer,
};

const adkLive: SocketProtocol = {
  name: "ADK /run_live",
  async open(base, conversation, retries) {
    await createSession(base, conversation, retries);
    const query = `app_name=assistant&user_id=fuzz&session_id=${conversation}`;
    return { url: `${ws(base)}/run_live?${query}&modalities=AUDIO&role=operator`, first: [] };
  },
  valid: [
    { content: { role: "user", parts: [{ text: "hi" }] } },
    { content: { parts: [{ text: "half" }] }, partial: true },
    {
      content: {
        parts: [
          { functionResponse: { id: "call_7", name: "adk_request_confirmation", response: {} } },
        ],
      },
    },
    { content: { parts: [{ inlineData: { mimeType: "image/jpeg", data: jpeg } }] } },
    { blob: { mime_type: "audio/pcm;rate=16000", data: pcm } },
    { blob: { mimeType: "image/jpeg", data: jpeg } },
    { activity_start: {} },
    { activityEnd: {} },
    { audioStreamEnd: true },
    { stateDelta: { a: 1, "user:b": [2] } },
  ],
  ending: [{ close: true }],
  binary: true,
  atOnce: 10,
  last: { stateDelta: { fuzzed: 1 } },
  answers: isStateAnswer,
};

const model = "models/gemini-3.8-live";
const setup = {
  setup: {
    model,
    generationConfig: { responseModalities: ["AUDIO"] },
    tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "OBJECT" } }] }],
    sessionResumption: {},
    systemInstruction: { parts: [{ text: "be brief" }] },
  },
};

const liveApi: SocketProtocol = {
  name: "Live API",
  open: (base, conversation) =>
    Promise.resolve({
      url: `${ws(base)}/live/assistant/fuzz/${conversation}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=k`,
      first: [{ setup: { model, generationConfig: { responseModalities: ["AUDIO"] } } }],
    }),
  ending: [setup],
  valid: [
    { realtimeInput: { audio: { mimeType: "audio/pcm;rate=16000", data: pcm } } },
    { realtime_input: { media_chunks: [{ mime_type: "audio/pcm", data: pcm }] } },
    { realtimeInput: { text: "hi" } },
    { realtimeInput: { video: { mimeType: "image/jpeg", data: jpeg } } },
    { realtimeInput: { audioStreamEnd: true } },
    { realtimeInput: { activityStart: {} } },
    { clientContent: { turns: [{ role: "user", parts: [{ text: "hi" }] }], turnComplete: true } },
    { client_content: { turns: [{ role: "model", parts: [{ text: "said" }] }] } },
    { toolResponse: { functionResponses: [{ id: "call_7", name: "f", response: { a: 1 } }] } },
    { contextUpdate: { systemInstruction: { parts: [{ text: "b" }] } } },
  ],
  binary: true,
  // A message that the Live API does not take ends the connection.
  atOnce: 1,
  last: {
    clientContent: { turns: [{ role: "user", parts: [{ text: "hi" }] }], turnComplete: true },
  },
  answers: (frame) => /serverContent|parley|setupComplete/.test(frame),
};

const mulaw = Buffer.from(
  Array.from(new Int16Array(clickNoise(320).buffer), encodeSample),
).toString("base64");

/** Twilio's stream; the messages of the other providers differ in names alone. */
const twilio: SocketProtocol = {
  name: "phone",
  async open(base, conversation) {
    const callSid = `CA${createHmac("md5", "").update(conversation).digest("hex")}`;
    const call = { from: "+14155550100", callSid };
    const { url, token, headers } = await requestStream({ publicUrl: base, authToken }, call);
    const start = { streamSid: "MZ1", callSid, customParameters: { token } };
    return { url, headers, first: [{ event: "start", streamSid: "MZ1", start }] };
  },
  valid: [
    { event: "connected", protocol: "Call", version: "1.0.0" },
    {
      event: "media",
      streamSid: "MZ1",
      media: { track: "inbound", chunk: "1", timestamp: "20", payload: mulaw },
    },
    { event: "media", streamSid: "MZ1", media: { track: "outbound", payload: mulaw } },
    { event: "dtmf", streamSid: "MZ1", dtmf: { track: "inbound_track", digit: "1" } },
    { event: "dtmf", streamSid: "MZ1", dtmf: { digit: "#" } },
    { event: "mark", streamSid: "MZ1", mark: { name: "1" } },
  ],
  ending: [
    { event: "start", streamSid: "MZ1", start: { streamSid: "MZ1", callSid: "CA1" } },
    { event: "stop", streamSid: "MZ1", stop: { callSid: "CA1" } },
  ],
  binary: false,
  atOnce: 10,
  // The upstream's echo of it is audio.
  last: { event: "media", streamSid: "MZ1", media: { track: "inbound", payload: mulaw } },
  answers: () => true,
};

export const socketProtocols: readonly SocketProtocol[] = [
  parleyV1,
  adkDemo,
  adkLive,
  liveApi,
  twilio,
];

/**
 * Encodes messages for Live API clients: the model's own messages, filtered by the client's options, and events that do not
 * come from the model (an interruption, a text rewritten by an agent's hook) as the equivalent messages.
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { Event } from "../../wire/adk.ts";
import type { ServerContent, ServerMessage } from "../../wire/live-api.ts";
import { durationMs, parsePcmRate, speakerSampleRate } from "../../wire/pcm.ts";
import type { LiveOutputOptions } from "../attachment.ts";
import { unnumberedFrame } from "../frames.ts";

/** `audio`: whether the client's role receives audio. */
type ClientOptions = LiveOutputOptions & { readonly audio: boolean };

type Fields = Readonly<Record<string, unknown>>;

/** Formatted as Google's service does: indented by two spaces, with a final newline. */
export const formatLiveMessage = (message: object): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(message, null, 2)}\n`);

/** Fields between the relay and the model. Tool calls go only to the client that declares the function. */
const relayFields = new Set([
  "setupComplete",
  "sessionResumptionUpdate",
  "goAway",
  "toolCall",
  "toolCallCancellation",
  "error",
]);

/** The frame for a client with these options; undefined if no field remains. */
export function encodeMessage(
  message: ServerMessage,
  options: ClientOptions,
): OutboundFrame | undefined {
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message))
    if (!relayFields.has(name) || (name === "goAway" && options.lifecycle)) rest[name] = value;
  const content = message.serverContent && contentFor(message.serverContent, options);
  delete rest["serverContent"];
  if (content && Object.keys(content).length > 0) rest["serverContent"] = content;
  if (message.usageMetadata) rest["usageMetadata"] = usageFor(message.usageMetadata, options);
  return Object.keys(rest).length === 0 ? undefined : encodeFrame(rest, content);
}

export function encodeFrame(message: object, content: ServerContent = {}): OutboundFrame {
  const data = formatLiveMessage(message);
  const audioMs = (content.modelTurn?.parts ?? []).reduce((sum, { inlineData }) => {
    const rate = inlineData?.data ? rateOf(inlineData.mimeType ?? "") : undefined;
    return rate ? sum + durationMs((inlineData?.data?.length ?? 0) * 0.75, rate) : sum;
  }, 0);
  return unnumberedFrame(data, { audioMs, interrupts: content.interrupted === true });
}

/** Vertex omits the rate. */
const rateOf = (mimeType: string): number | undefined =>
  mimeType === "audio/pcm" ? speakerSampleRate : parsePcmRate(mimeType);

function contentFor(content: ServerContent, options: ClientOptions): ServerContent {
  const rest: Record<string, unknown> = { ...content };
  if (!options.inputTranscription) {
    delete rest["inputTranscription"];
    delete rest["interimInputTranscription"];
  }
  if (!options.outputTranscription) delete rest["outputTranscription"];
  const modelTurn = content.modelTurn && modelTurnFor(content.modelTurn, options);
  if (modelTurn) rest["modelTurn"] = modelTurn;
  else delete rest["modelTurn"];
  return rest;
}

type Turn = NonNullable<ServerContent["modelTurn"]>;

function modelTurnFor(
  { parts = [], ...turn }: Turn,
  { vertex, audio }: ClientOptions,
): Turn | undefined {
  const remaining = audio ? parts : parts.filter(({ inlineData }) => inlineData === undefined);
  return remaining.length > 0
    ? { ...(vertex && { role: "model" }), ...turn, parts: remaining }
    : undefined;
}

const usageFieldNames: readonly (readonly [studio: string, vertex: string])[] = [
  ["responseTokenCount", "candidatesTokenCount"],
  ["responseTokensDetails", "candidatesTokensDetails"],
];

/** Vertex's fields begin with `candidates`, AI Studio's with `response`. */
function usageFor(usage: object, { vertex }: LiveOutputOptions): Fields {
  const renamed: Record<string, unknown> = { ...usage };
  for (const [studioName, vertexName] of usageFieldNames) {
    const [from, to] = vertex ? [studioName, vertexName] : [vertexName, studioName];
    if (!(from in renamed)) continue;
    renamed[to] ??= renamed[from];
    delete renamed[from];
  }
  return renamed;
}

/**
 * The message for a tool's text to the people. Between two turns it is a turn of its own: clients that collect a turn
 * until its end would take it for the beginning of the next answer. Files are left out: clients play them as audio.
 */
export function toolMessageOf({ content }: Event, turnIsOpen: boolean): readonly ServerMessage[] {
  const parts = (content?.parts ?? []).flatMap(({ text }) => (text ? [{ text }] : []));
  if (parts.length === 0) return [];
  return [{ serverContent: { modelTurn: { parts }, ...(!turnIsOpen && { turnComplete: true }) } }];
}

/**
 * The messages that are equivalent to an event. A finished transcript is none: it repeats its deltas.
 * @param inputIsWhole the user's transcript has no deltas, so its finished form is sent.
 */
export function messagesOf(event: Event, inputIsWhole: boolean): readonly ServerMessage[] {
  if (event.errorCode !== undefined) return [];
  const content: Record<string, unknown> = {};
  const parts = event.author === "user" ? [] : (event.content?.parts ?? []).flatMap(contentPart);
  if (parts.length > 0) content["modelTurn"] = { parts };
  const { inputTranscription: input, outputTranscription: output } = event;
  if (input && (!input.finished || inputIsWhole))
    content["inputTranscription"] = { text: input.text };
  if (output && !output.finished) content["outputTranscription"] = { text: output.text };
  for (const name of copiedFields) if (event[name] !== undefined) content[name] = event[name];
  const { usageMetadata, voiceActivity } = event;
  const message = {
    ...(Object.keys(content).length > 0 && { serverContent: content }),
    ...(usageMetadata && { usageMetadata }),
    ...(voiceActivity && { voiceActivity: activityOf(voiceActivity) }),
  };
  return Object.keys(message).length > 0 ? [message] : [];
}

const activityOf = ({ voiceActivityType: type, ...rest }: NonNullable<Event["voiceActivity"]>) => ({
  type,
  ...rest,
});

const copiedFields = [
  "groundingMetadata",
  "urlContextMetadata",
  "interrupted",
  "turnComplete",
  "turnCompleteReason",
  "interactionStatus",
] as const;

type Part = NonNullable<NonNullable<Event["content"]>["parts"]>[number];

/** Without function calls and responses. Events have URL-safe base64, the Live API the standard alphabet. */
function contentPart(part: Part): Part[] {
  if (part.functionCall ?? part.functionResponse) return [];
  const { inlineData } = part;
  if (!inlineData?.data) return [part];
  const data = inlineData.data.replaceAll("-", "+").replaceAll("_", "/");
  return [{ ...part, inlineData: { ...inlineData, data } }];
}

/** The fields of a message that report the progress of a turn: events lack them, and no hook rewrites them. */
export function turnProgressOf({ serverContent }: ServerMessage): ServerMessage {
  const { generationComplete, waitingForInput } = (serverContent ?? {}) as Fields;
  return {
    serverContent: {
      ...(generationComplete !== undefined && { generationComplete }),
      ...(waitingForInput !== undefined && { waitingForInput }),
    } as ServerContent,
  };
}

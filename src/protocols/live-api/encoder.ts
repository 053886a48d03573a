/**
 * What is told to clients of the Live API: the model's own messages, as far as they are theirs to hear, and events
 * that are no model's (an answer that was cut, words that an author rewrote) as the messages they would have been.
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { Event } from "../../wire/adk.ts";
import type { ServerContent, ServerMessage } from "../../wire/live-api.ts";
import type { LiveOutputOptions } from "../attachment.ts";
import { durationMs, parsePcmRate, speakerSampleRate } from "../../wire/pcm.ts";

/** … and whether its role hears sound. */
type ClientOptions = LiveOutputOptions & { readonly audio: boolean };

type Fields = Readonly<Record<string, unknown>>;

/** As Google's service writes it: two spaces, and a newline at the end. */
export const formatLiveMessage = (message: object): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(message, null, 2)}\n`);

/** What is between parley and the model, and what is for other ears; calls go to whoever declared the function. */
const others = new Set([
  "setupComplete",
  "sessionResumptionUpdate",
  "goAway",
  "toolCall",
  "toolCallCancellation",
  "error",
]);

/** The message as one client hears it, as a frame; undefined when nothing of it is left. */
export function encodeMessage(
  message: ServerMessage,
  options: ClientOptions,
): OutboundFrame | undefined {
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message))
    if (!others.has(name) || (name === "goAway" && options.lifecycle)) rest[name] = value;
  const content = message.serverContent && contentFor(message.serverContent, options);
  delete rest["serverContent"];
  if (content && Object.keys(content).length > 0) rest["serverContent"] = content;
  if (message.usageMetadata) rest["usageMetadata"] = usageFor(message.usageMetadata, options);
  return Object.keys(rest).length === 0 ? undefined : encodeFrame(rest, content);
}

export function encodeFrame(message: object, content: ServerContent = {}): OutboundFrame {
  const data = formatLiveMessage(message);
  const soundMs = (content.modelTurn?.parts ?? []).reduce((sum, { inlineData }) => {
    const rate = inlineData?.data ? rateOf(inlineData.mimeType ?? "") : undefined;
    return rate ? sum + durationMs((inlineData?.data?.length ?? 0) * 0.75, rate) : sum;
  }, 0);
  return {
    seq: 0,
    data,
    bytes: data.byteLength,
    audioMs: soundMs,
    interrupts: content.interrupted === true,
  };
}

/** Vertex leaves the rate out. */
const rateOf = (mimeType: string): number | undefined =>
  mimeType === "audio/pcm" ? speakerSampleRate : parsePcmRate(mimeType);

function contentFor(content: ServerContent, options: ClientOptions): ServerContent {
  const rest: Record<string, unknown> = { ...content };
  if (!options.inputTranscription) {
    delete rest["inputTranscription"];
    delete rest["interimInputTranscription"];
  }
  if (!options.outputTranscription) delete rest["outputTranscription"];
  const modelTurn = content.modelTurn && turnFor(content.modelTurn, options);
  if (modelTurn) rest["modelTurn"] = modelTurn;
  else delete rest["modelTurn"];
  return rest;
}

type Turn = NonNullable<ServerContent["modelTurn"]>;

function turnFor(
  { parts = [], ...turn }: Turn,
  { vertex, audio }: ClientOptions,
): Turn | undefined {
  const left = audio ? parts : parts.filter(({ inlineData }) => inlineData === undefined);
  return left.length > 0 ? { ...(vertex && { role: "model" }), ...turn, parts: left } : undefined;
}

const vertexNames: readonly (readonly [studio: string, vertex: string])[] = [
  ["responseTokenCount", "candidatesTokenCount"],
  ["responseTokensDetails", "candidatesTokensDetails"],
];

/** Vertex counts `candidates…`, AI Studio `response…`. */
function usageFor(usage: object, { vertex }: LiveOutputOptions): Fields {
  const named: Record<string, unknown> = { ...usage };
  for (const [studio, other] of vertexNames) {
    const [from, to] = vertex ? [studio, other] : [other, studio];
    if (!(from in named)) continue;
    named[to] ??= named[from];
    delete named[from];
  }
  return named;
}

/**
 * An event as the messages it would have been. Finals repeat what deltas said, and are none.
 * @param whole the user's words come as a final alone, which then is told.
 */
export function messagesOf(event: Event, whole: boolean): readonly ServerMessage[] {
  if (event.errorCode !== undefined) return [];
  const content: Record<string, unknown> = {};
  const parts = event.author === "user" ? [] : (event.content?.parts ?? []).flatMap(spoken);
  if (parts.length > 0) content["modelTurn"] = { parts };
  const { inputTranscription: heard, outputTranscription: said } = event;
  if (heard && (!heard.finished || whole)) content["inputTranscription"] = { text: heard.text };
  if (said && !said.finished) content["outputTranscription"] = { text: said.text };
  for (const name of ["groundingMetadata", "urlContextMetadata", "interrupted"] as const)
    if (event[name] !== undefined) content[name] = event[name];
  for (const name of ["turnComplete", "turnCompleteReason"] as const)
    if (event[name] !== undefined) content[name] = event[name];
  const { usageMetadata, voiceActivity } = event;
  const message = {
    ...(Object.keys(content).length > 0 && { serverContent: content }),
    ...(usageMetadata && { usageMetadata }),
    ...(voiceActivity && { voiceActivity: { type: voiceActivity.voiceActivityType } }),
  };
  return Object.keys(message).length > 0 ? [message] : [];
}

type Part = NonNullable<NonNullable<Event["content"]>["parts"]>[number];

/** Calls and their answers go another way. Events have the URL-safe alphabet, the Live API the standard one. */
function spoken(part: Part): Part[] {
  if (part.functionCall ?? part.functionResponse) return [];
  const { inlineData } = part;
  if (!inlineData?.data) return [part];
  const data = inlineData.data.replaceAll("-", "+").replaceAll("_", "/");
  return [{ ...part, inlineData: { ...inlineData, data } }];
}

/** What of a message no event says, and no author rewrites: where a turn is. */
export function turnProgressOf({ serverContent }: ServerMessage): ServerMessage {
  const { generationComplete, waitingForInput, interactionStatus } = (serverContent ??
    {}) as Fields;
  return {
    serverContent: {
      ...(generationComplete !== undefined && { generationComplete }),
      ...(waitingForInput !== undefined && { waitingForInput }),
      ...(interactionStatus !== undefined && { interactionStatus }),
    } as ServerContent,
  };
}

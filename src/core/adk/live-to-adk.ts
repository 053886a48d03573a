/**
 * Translates Live API messages to ADK events.
 *
 * One message is a bag of fields and may yield several events, in ADK's order: usage, grounding,
 * content, input transcript, output transcript, finals, interrupted, turn complete, tool calls, voice activity.
 * Google's resumption handle is not among them: it never leaves the server.
 */
import type { EventBody, Usage } from "../../wire/adk.ts";
import { toUrlSafeBase64 } from "../../wire/base64.ts";
import type { ServerContent, ServerMessage } from "../../wire/live-api.ts";

/** The transcripts of the turn so far whose finals are due. */
interface PartialTranscripts {
  readonly input: string;
  readonly output: string;
}

export const noPartialTranscripts: PartialTranscripts = { input: "", output: "" };

export interface TranslationContext {
  /** The agent's name: the author of the model's events. */
  readonly agent: string;
  readonly model: string;
  /** Whether the user's transcript comes whole or in deltas. */
  readonly inputTranscript: "final" | "deltas";
  /** Functions that respond later than the turn. */
  readonly longRunning: readonly string[];
  /** Whether every `turnComplete` ends a turn, or one whose status is not IN_PROGRESS. */
  readonly idle: "turnComplete" | "interactionStatus";
  /** Transcripts that the agent's run configuration switches off: some models send them all the same. */
  readonly unwanted?: readonly TranscriptField[];
}

type Translation = readonly [PartialTranscripts, readonly EventBody[]];

export function translate(
  partials: PartialTranscripts,
  message: ServerMessage,
  context: TranslationContext,
): Translation {
  const content = message.serverContent ?? {};
  const transcripts = readTranscripts(partials, content, context);
  const author = context.agent;
  const ends =
    content.interrupted === true ||
    content.turnComplete === true ||
    content.generationComplete === true;
  const [left, finals] = ends
    ? finalizeTranscripts(transcripts.partials, context)
    : [transcripts.partials, []];
  return [
    left,
    [
      ...usageEvent(message, author),
      ...groundingEvent(content, author),
      ...urlEvent(content, author),
      ...contentEvent(content, context),
      ...transcripts.events,
      ...finals,
      ...(content.interrupted ? [{ author, interrupted: true }] : []),
      ...turnCompleteEvent(content, context),
      ...toolCallEvent(message, context),
      ...voiceActivityEvent(message, author),
    ],
  ];
}

/**
 * Finals of all partial transcripts: at the end of a turn, and when the session is lost in the middle of one.
 * The Live API rarely sends `finished`, so the whole text is collected here (ADK does the same).
 */
export function finalizeTranscripts(
  { input, output }: PartialTranscripts,
  { agent }: TranslationContext,
): Translation {
  return [
    noPartialTranscripts,
    [
      ...(input ? [finalTranscript("inputTranscription", "user", input)] : []),
      ...(output ? [finalTranscript("outputTranscription", agent, output)] : []),
    ],
  ];
}

function readTranscripts(
  partials: PartialTranscripts,
  { inputTranscription, outputTranscription }: ServerContent,
  context: TranslationContext,
): { partials: PartialTranscripts; events: EventBody[] } {
  const events: EventBody[] = [];
  let { input, output } = partials;
  const isWanted = (field: TranscriptField): boolean => context.unwanted?.includes(field) !== true;
  if (inputTranscription?.text && isWanted("inputTranscription")) {
    input += inputTranscription.text;
    const isWhole = context.inputTranscript === "final" || inputTranscription.finished === true;
    events.push(
      isWhole
        ? finalTranscript("inputTranscription", "user", input)
        : delta("inputTranscription", "user", inputTranscription.text),
    );
    if (isWhole) input = "";
  }
  if (outputTranscription?.text && isWanted("outputTranscription")) {
    output += outputTranscription.text;
    events.push(delta("outputTranscription", context.agent, outputTranscription.text));
    if (outputTranscription.finished) {
      events.push(finalTranscript("outputTranscription", context.agent, output));
      output = "";
    }
  }
  return { partials: { input, output }, events };
}

type TranscriptField = "inputTranscription" | "outputTranscription";

const delta = (field: TranscriptField, author: string, text: string): EventBody => ({
  author,
  partial: true,
  [field]: { text, finished: false },
});

const finalTranscript = (field: TranscriptField, author: string, text: string): EventBody => ({
  author,
  partial: false,
  [field]: { text, finished: true },
});

/** AI Studio counts `response…`, Vertex and ADK `candidates…`. */
function usageEvent({ usageMetadata }: ServerMessage, author: string): EventBody[] {
  if (!usageMetadata) return [];
  const { responseTokenCount, responseTokensDetails, ...rest } = usageMetadata;
  const usage: Usage = {
    ...(rest as Usage),
    ...(responseTokenCount !== undefined && { candidatesTokenCount: responseTokenCount }),
    ...(responseTokensDetails !== undefined && { candidatesTokensDetails: responseTokensDetails }),
  };
  return [{ author, usageMetadata: usage }];
}

const urlEvent = ({ urlContextMetadata }: ServerContent, author: string): EventBody[] =>
  urlContextMetadata && Object.keys(urlContextMetadata).length > 0
    ? [{ author, urlContextMetadata }]
    : [];

const groundingEvent = ({ groundingMetadata }: ServerContent, author: string): EventBody[] =>
  groundingMetadata && Object.keys(groundingMetadata).length > 0
    ? [{ author, groundingMetadata }]
    : [];

function contentEvent(
  { modelTurn }: ServerContent,
  { agent, model }: TranslationContext,
): EventBody[] {
  if (!modelTurn?.parts?.length) return [];
  const parts = modelTurn.parts.map((part) => {
    const { inlineData } = part;
    if (!inlineData?.data) return part;
    const mimeType = withSampleRate(inlineData.mimeType ?? "");
    return {
      ...part,
      inlineData: { ...inlineData, mimeType, data: toUrlSafeBase64(inlineData.data) },
    };
  });
  // Text in a spoken answer is a thought: published as it comes, like any other delta.
  const partial = parts.every((part) => part.text !== undefined);
  return [
    {
      author: agent,
      modelVersion: model,
      content: { parts, role: "model" },
      ...(partial && { partial: true }),
    },
  ];
}

/** Vertex omits the rate, which clients need. */
const withSampleRate = (mimeType: string): string =>
  mimeType === "audio/pcm" ? "audio/pcm;rate=24000" : mimeType;

function turnCompleteEvent(
  { turnComplete, turnCompleteReason, interactionStatus }: ServerContent,
  { agent, idle }: TranslationContext,
): EventBody[] {
  if (!turnComplete) return [];
  const reportsStatus = idle === "interactionStatus" && interactionStatus !== undefined;
  return [
    {
      author: agent,
      turnComplete,
      ...(turnCompleteReason && { turnCompleteReason }),
      ...(reportsStatus && { interactionStatus }),
    },
  ];
}

function toolCallEvent(
  { toolCall }: ServerMessage,
  { agent, longRunning }: TranslationContext,
): EventBody[] {
  const calls = toolCall?.functionCalls ?? [];
  if (calls.length === 0) return [];
  const later = calls.flatMap(({ id, name }) =>
    id && longRunning.includes(name ?? "") ? [id] : [],
  );
  return [
    {
      author: agent,
      content: { role: "model", parts: calls.map((functionCall) => ({ functionCall })) },
      ...(later.length > 0 && { longRunningToolIds: later }),
    },
  ];
}

function voiceActivityEvent({ voiceActivity }: ServerMessage, author: string): EventBody[] {
  const { type, audioOffset } = voiceActivity ?? {};
  if (!type) return [];
  return [
    { author, voiceActivity: { voiceActivityType: type, ...(audioOffset && { audioOffset }) } },
  ];
}

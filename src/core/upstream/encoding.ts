/** Encodes model input as Live API messages, in the shapes that the agent's model takes. */
import type { Content } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import type { ClientMessage, FunctionResponse } from "../../wire/live-api.ts";
import { micSampleRate, parsePcmRate } from "../../wire/pcm.ts";
import { wellFormed } from "../../wire/text.ts";
import type { Capabilities } from "../live-api/capabilities.ts";
import type { SetupMessage } from "../live-api/session-setup.ts";
import type { AudioInput, ModelInput } from "../client-request.ts";

/** How a message is treated while no session is on: audio grows stale, text never does. */
export type MessageKind = "text" | "audio" | "video" | "signal";

export interface UpstreamMessage {
  readonly payload: ClientMessage;
  readonly kind: MessageKind;
  /** About how much memory it takes in a queue. */
  readonly bytes: number;
}

/** A message without contents takes memory, too. */
const markBytes = 100;

/** The fields of a context update (Live API). */
export type ContextField = "systemInstruction" | "tools";

/** The content of a setup, for the session under way. @param changed the fields to send. */
export function encodeContextUpdate(
  { systemInstruction = { parts: [] }, tools = [] }: SetupMessage["setup"],
  changed: readonly ContextField[],
): UpstreamMessage {
  const contextUpdate = {
    ...(changed.includes("systemInstruction") && { systemInstruction }),
    ...(changed.includes("tools") && { tools: { tools } }),
  };
  return {
    payload: { contextUpdate },
    kind: "signal",
    bytes: JSON.stringify(contextUpdate).length,
  };
}

export function encodeRequest(
  request: ModelInput,
  capabilities: Pick<Capabilities, "text">,
): UpstreamMessage {
  switch (request.type) {
    case "text":
      return {
        payload: encodeText(
          request.text,
          request.deliverAs === "realtime" ? { text: "realtimeInput" } : capabilities,
        ),
        kind: "text",
        bytes: request.text.length * 2,
      };
    case "audio":
      return encodeAudio(request);
    case "image": {
      const { data, mimeType } = request;
      return encodeRealtime({ video: { data, mimeType } }, "video", data.length);
    }
    case "activityStart":
      return encodeRealtime({ activityStart: {} }, "signal", markBytes);
    case "activityEnd":
      return encodeRealtime({ activityEnd: {} }, "signal", markBytes);
    case "audioStreamEnd":
      return encodeRealtime({ audioStreamEnd: true }, "signal", markBytes);
    case "content":
      return encodeContent(request);
  }
}

/** Microphone audio: every model takes it in the same shape. */
export function encodeAudio({ pcm, rate }: Pick<AudioInput, "pcm" | "rate">): UpstreamMessage {
  const data = pcm.toBase64();
  return encodeRealtime(
    { audio: { data, mimeType: `audio/pcm;rate=${rate}` } },
    "audio",
    data.length,
  );
}

/** The audio of a message; undefined if it holds none. */
export function audioOf({
  payload,
}: UpstreamMessage): Pick<AudioInput, "pcm" | "rate"> | undefined {
  if (!("realtimeInput" in payload) || !("audio" in payload.realtimeInput)) return undefined;
  const { data, mimeType } = payload.realtimeInput.audio;
  return {
    pcm: fromBase64(data) ?? new Uint8Array(),
    rate: parsePcmRate(mimeType) ?? micSampleRate,
  };
}

/** An incomplete turn and history ask for no answer. */
const encodeContent = ({
  turns,
  complete,
  isHistory,
}: Extract<ModelInput, { type: "content" }>): UpstreamMessage => ({
  payload: {
    clientContent: {
      ...(turns.length > 0 && { turns: wellFormed([...turns]) }),
      turnComplete: complete,
    },
  },
  kind: complete && !isHistory ? "text" : "signal",
  bytes: JSON.stringify(turns).length * 2,
});

/** Whether a message is a tool's response on which the model is to comment. */
export const asksForComment = ({ payload }: UpstreamMessage): boolean =>
  "toolResponse" in payload && commentable(payload.toolResponse.functionResponses).length > 0;

/** A session that did not make a call does not know its id: it gets the response as text, once the tool has one. */
export const withResponsesAsText = (
  messages: readonly UpstreamMessage[],
  text: Capabilities["text"],
): readonly UpstreamMessage[] =>
  messages.some(({ payload }) => "toolResponse" in payload)
    ? messages.flatMap((message) =>
        "toolResponse" in message.payload
          ? commentable(message.payload.toolResponse.functionResponses).map((response) =>
              encodeRequest({ type: "text", text: responseText(response) }, { text }),
            )
          : [message],
      )
    : messages;

const commentable = (responses: readonly FunctionResponse[] = []): readonly FunctionResponse[] =>
  responses.filter(({ scheduling }) => `${scheduling}` !== "SILENT");

/** A tool's response in words. */
export const responseText = ({
  name,
  response,
}: Pick<FunctionResponse, "name" | "response">): string =>
  `[${name} reports: ${JSON.stringify(response)}]`;

/** The history of a new session, which must not be answered (Live API: historyConfig). */
export const encodeHistory = (turns: readonly Content[]): UpstreamMessage => ({
  payload: { clientContent: { turns: wellFormed([...turns]), turnComplete: true } },
  // Not text, which asks for an answer.
  kind: "signal",
  bytes: JSON.stringify(turns).length * 2,
});

/**
 * Stops the answer under way where clientContent interrupts (Live API), and asks for none: without `turnComplete` the
 * model waits for more.
 */
export const interruptMessage: UpstreamMessage = {
  payload: { clientContent: { turns: [], turnComplete: false } },
  kind: "signal",
  bytes: markBytes,
};

/** Whether a message marks the beginning or the end of the user's activity. */
export function activityMarkOf({ kind, payload }: UpstreamMessage): "start" | "end" | undefined {
  if (kind !== "signal" || !("realtimeInput" in payload)) return undefined;
  if ("activityStart" in payload.realtimeInput) return "start";
  return "activityEnd" in payload.realtimeInput ? "end" : undefined;
}

export const isMedia = ({ kind }: UpstreamMessage): boolean => kind === "audio" || kind === "video";

const encodeRealtime = (
  realtimeInput: Extract<ClientMessage, { realtimeInput: unknown }>["realtimeInput"],
  kind: MessageKind,
  bytes: number,
): UpstreamMessage => ({ payload: { realtimeInput }, kind, bytes });

const encodeText = (text: string, { text: channel }: Pick<Capabilities, "text">): ClientMessage =>
  channel === "realtimeInput"
    ? { realtimeInput: { text: wellFormed(text) } }
    : {
        clientContent: {
          turns: [{ role: "user", parts: [{ text: wellFormed(text) }] }],
          turnComplete: true,
        },
      };

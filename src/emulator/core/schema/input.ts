/** The frame itself, and the messages that come after setup. Live API: BidiGenerateContentClientMessage. */
import type { Fields } from "./fields.ts";

export const inputMessages: Readonly<Record<string, Fields>> = {
  ClientMessage: {
    setup: "Setup",
    clientContent: "ClientContent",
    realtimeInput: "RealtimeInput",
    toolResponse: "ToolResponse",
    contextUpdate: "ContextUpdate",
  },
  ClientContent: { turns: "Content[]", turnComplete: "bool" },
  RealtimeInput: {
    mediaChunks: "Blob[]",
    audio: "Blob",
    video: "Blob",
    text: "string",
    audioStreamEnd: "bool",
    activityStart: "Activity",
    activityEnd: "Activity",
  },
  Blob: { mimeType: "string", data: "bytes", displayName: "string @vertex" },
  Activity: {},
  ToolResponse: { functionResponses: "FunctionResponse[]" },
  ContextUpdate: { systemInstruction: "Content", tools: "ContextTools" },
  ContextTools: { tools: "Tool[]" },
};

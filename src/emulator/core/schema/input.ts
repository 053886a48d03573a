/** Schema tables for the client message and all kinds except setup. Live API: BidiGenerateContentClientMessage. */
import type { SchemaFields } from "./fields.ts";

export const inputMessages: Readonly<Record<string, SchemaFields>> = {
  BidiGenerateContentClientMessage: {
    setup: "BidiGenerateContentSetup",
    clientContent: "BidiGenerateContentClientContent",
    realtimeInput: "BidiGenerateContentRealtimeInput",
    toolResponse: "BidiGenerateContentToolResponse",
    contextUpdate: "BidiGenerateContentContextUpdate",
  },
  BidiGenerateContentClientContent: { turns: "Content[]", turnComplete: "bool" },
  BidiGenerateContentRealtimeInput: {
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
  BidiGenerateContentToolResponse: { functionResponses: "FunctionResponse[]" },
  BidiGenerateContentContextUpdate: { systemInstruction: "Content", tools: "ContextTools" },
  ContextTools: { tools: "Tool[]" },
};

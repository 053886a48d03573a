/**
 * `gemini-2.5-flash-native-audio` and its previews on AI Studio; generally available on Vertex under a name of its own.
 */
import { lowSensitivityVad } from "./vad-defaults.ts";
import { gemini38Live } from "./gemini-3.8-live.ts";
import { ENDS, HANDLE_MS } from "./limits.ts";
import type { Profile } from "./profile.ts";

export const gemini25FlashNativeAudio: Profile = {
  ...gemini38Live,
  name: "gemini-2.5-flash-native-audio",
  aliases: [
    "gemini-2.5-flash-native-audio-latest",
    "gemini-2.5-flash-native-audio-preview-12-2025",
    "gemini-2.5-flash-native-audio-preview-09-2025",
  ],
  thinking: { levels: [], budget: true, required: false },
  unaskedThoughtTokens: 0,
  unlistedTokens: 0,
  voices: "prebuilt",
  unaskedTranscript: false,
  affectiveDialog: "allowed",
  dialogOptions: "v1alpha",
  proactiveAudio: "optional",
  functionBehaviors: ["BLOCKING", "NON_BLOCKING"],
  interruptSpeaksOverUser: true,
  builtInTools: ["googleSearch", "codeExecution", "urlContext"],
  mediaChunks: "accepted",
  voiceNeedsAudio: true,
  history: { mayEndWithModel: false, survivesAudio: false },
  inputTranscription: "deltas",
  turnCoverage: "TURN_INCLUDES_ONLY_ACTIVITY",
  voiceActivity: false,
  callIds: "functionCall",
  handles: "periodic",
  contextUpdate: false,
  audioStreamEnd: "flushes",
};

export const geminiLive25FlashNativeAudio: Profile = {
  ...gemini25FlashNativeAudio,
  name: "gemini-live-2.5-flash-native-audio",
  aliases: [],
  surfaces: ["vertex"],
  dialogOptions: "everywhere",
  transcriptAhead: 1,
  emptyTranscript: true,
  callIds: "uuid",
  handleMs: HANDLE_MS.vertex,
  ends: ENDS.vertex,
  activity: lowSensitivityVad,
};

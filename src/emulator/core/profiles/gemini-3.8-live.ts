/** `gemini-3.8-live`, the default; stable since September 2026. Measured on AI Studio, documented on Vertex. */
import { highSensitivityVad, lowSensitivityVad } from "./vad-defaults.ts";
import { measuredLatency } from "./latency.ts";
import { ENDS, HANDLE_MS, limits } from "./limits.ts";
import type { Profile } from "./profile.ts";

export const gemini38Live: Profile = {
  name: "gemini-3.8-live",
  aliases: [],
  surfaces: ["studio"],
  thinking: "refused",
  // Captured once: 136 in a short turn, and 25 to 51 tokens of each prompt that no modality has.
  unaskedThoughtTokens: 136,
  unlistedTokens: 25,
  voices: "any",
  unaskedTranscript: true,
  affectiveDialog: "refused",
  dialogOptions: "everywhere",
  proactiveAudio: "always",
  functionBehaviors: ["NON_BLOCKING", "BLOCKING"],
  scheduling: true,
  interruptSpeaksOverUser: false,
  // Documented, and never seen in 84 sessions on AI Studio.
  cancelsBlockingCalls: false,
  videoOutput: false,
  // 5 of 9 runs in one series, 7 of 12 in another.
  reissueProbability: 12 / 21,
  builtInTools: ["googleSearch"],
  mediaChunks: "refused",
  voiceNeedsAudio: false,
  history: { mayEndWithModel: true, survivesAudio: true },
  inputTranscription: "whole",
  turnCoverage: "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
  bundlesTranscript: false,
  transcriptAhead: 0.3,
  emptyTranscript: false,
  voiceActivity: true,
  callIds: "call",
  handles: "once",
  handleMs: HANDLE_MS.studio,
  contextUpdate: true,
  filler: undefined,
  audioStreamEnd: "ignored",
  activity: highSensitivityVad,
  ...limits,
  ends: ENDS.studio,
  latency: measuredLatency,
};

export const gemini38LiveOnVertex: Profile = {
  ...gemini38Live,
  surfaces: ["vertex"],
  // Vertex's guide of 3.8: "auto-cancelling blocking tools", and output as audio, video, text.
  cancelsBlockingCalls: true,
  videoOutput: true,
  transcriptAhead: 1,
  emptyTranscript: true,
  callIds: "uuid",
  handles: "periodic",
  handleMs: HANDLE_MS.vertex,
  ends: ENDS.vertex,
  activity: lowSensitivityVad,
};

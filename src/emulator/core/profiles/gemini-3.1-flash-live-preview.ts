/** `gemini-3.1-flash-live-preview`: all functions are blocking, and one frame may hold audio and transcript. */
import { gemini38Live } from "./gemini-3.8-live.ts";
import type { Profile } from "./profile.ts";

export const gemini31FlashLivePreview: Profile = {
  ...gemini38Live,
  name: "gemini-3.1-flash-live-preview",
  thinking: { levels: ["MINIMAL", "LOW", "MEDIUM", "HIGH"], budget: false, required: false },
  unaskedThoughtTokens: 0,
  unlistedTokens: 0,
  voices: "prebuilt",
  unaskedTranscript: false,
  proactiveAudio: "refused",
  functionBehaviors: ["BLOCKING"],
  scheduling: false,
  bundlesTranscript: true,
  voiceActivity: false,
  callIds: "functionCall",
  contextUpdate: false,
};

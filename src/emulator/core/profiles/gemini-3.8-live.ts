/** `gemini-3.8-live`: stable since September 2026; the default. */
import { measured } from "./latency.ts";
import type { Profile } from "./profile.ts";

export const gemini38Live: Profile = {
  name: "gemini-3.8-live",
  aliases: [],
  surfaces: ["studio", "vertex"],
  thinking: { kind: "refused" },
  affectiveDialog: "refused",
  proactiveAudio: "always",
  functionBehaviors: ["NON_BLOCKING", "BLOCKING"],
  scheduling: true,
  interruptCutsIn: false,
  // 5 of 9 runs of one series, 7 of 12 of another.
  reissues: 12 / 21,
  builtInTools: ["googleSearch"],
  mediaChunks: "refused",
  inputTranscription: "whole",
  turnCoverage: "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
  bundles: false,
  voiceActivity: true,
  callIds: "call",
  handles: "once",
  contextUpdate: true,
  interactionStatus: false,
  audioStreamEnd: "ignored",
  activity: {
    startSensitivity: "HIGH",
    endSensitivity: "HIGH",
    // The start is seen about 200 ms after the voice, of which speech detection itself takes some 50 ms.
    prefixPaddingMs: 160,
    silenceDurationMs: { HIGH: 1120, LOW: 1800 },
    startThreshold: { HIGH: 0.5, LOW: 0.7 },
    keepThreshold: 0.35,
  },
  context: { windowTokens: 131_072 },
  latency: measured,
};

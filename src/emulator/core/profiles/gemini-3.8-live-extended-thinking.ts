/** `gemini-3.8-live-extended-thinking`: thinks while it speaks, and all functions are non-blocking. */
import { gemini38Live } from "./gemini-3.8-live.ts";
import type { Profile } from "./profile.ts";

export const gemini38LiveExtendedThinking: Profile = {
  ...gemini38Live,
  name: "gemini-3.8-live-extended-thinking",
  thinking: { levels: ["LOW", "MEDIUM", "HIGH"], budget: true, required: true },
  functionBehaviors: ["NON_BLOCKING"],
  scheduling: false,
  filler: "Let me think about that for a moment.",
};

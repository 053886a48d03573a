/** The registry of model profiles. */
import type { Surface } from "../schema/fields.ts";
import {
  gemini25FlashNativeAudio,
  geminiLive25FlashNativeAudio,
} from "./gemini-2.5-flash-native-audio.ts";
import { gemini31FlashLivePreview } from "./gemini-3.1-flash-live-preview.ts";
import { gemini38LiveExtendedThinking } from "./gemini-3.8-live-extended-thinking.ts";
import { gemini38Live, gemini38LiveOnVertex } from "./gemini-3.8-live.ts";
import type { Profile } from "./profile.ts";

export const profiles: readonly Profile[] = [
  gemini38Live,
  gemini38LiveOnVertex,
  gemini38LiveExtendedThinking,
  gemini31FlashLivePreview,
  gemini25FlashNativeAudio,
  geminiLive25FlashNativeAudio,
];

/** The profile of a bare model name, on one surface or on any. */
export function findProfile(name: string, surface?: Surface): Profile | undefined {
  return profiles.find(
    (p) =>
      (surface === undefined || p.surfaces.includes(surface)) &&
      (p.name === name || p.aliases.includes(name)),
  );
}

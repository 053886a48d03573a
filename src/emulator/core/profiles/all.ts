/** The models the emulator can be. */
import type { Surface } from "../schema/fields.ts";
import { gemini38Live } from "./gemini-3.8-live.ts";
import type { Profile } from "./profile.ts";

export const profiles: readonly Profile[] = [gemini38Live];

/** The profile of a bare model name on a surface. */
export function findProfile(name: string, surface: Surface): Profile | undefined {
  return profiles.find(
    (p) => p.surfaces.includes(surface) && (p.name === name || p.aliases.includes(name)),
  );
}

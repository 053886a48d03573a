/** Limits that all Live models share. Documented, September 2026. */
import type { Profile } from "./profile.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const limits = {
  context: { windowTokens: 131_072 },
  connection: { lifeMs: 10 * MINUTE, warningMs: MINUTE },
  sessionLimits: { audioMs: 15 * MINUTE, videoMs: 2 * MINUTE },
} as const satisfies Partial<Profile>;

/** Validity of a handle on AI Studio and on Vertex; one Vertex page also says ten minutes. */
export const HANDLE_MS = { studio: 2 * HOUR, vertex: 24 * HOUR } as const;

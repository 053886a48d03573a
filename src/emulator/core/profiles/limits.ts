/** Limits that all Live models share. Documented, September 2026. */
import { closes } from "../protocol/close-codes.ts";
import type { Profile } from "./profile.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const limits = {
  context: { windowTokens: 131_072 },
  connection: { lifeMs: 10 * MINUTE, warningMs: MINUTE },
  sessionLimits: { audioMs: 15 * MINUTE, videoMs: 2 * MINUTE },
} as const satisfies Partial<Profile>;

/**
 * How connections end. On AI Studio observed; the codes are unproven for 3.8. Vertex documents 1000 or 1006, both at ten
 * minutes and at a full window: the emulator closes with the first.
 */
export const ENDS = {
  studio: { age: closes.deadline, fullWindow: closes.invalidArgument },
  vertex: { age: closes.normal, fullWindow: closes.normal },
} as const;

/** Validity of a handle on AI Studio and on Vertex; one Vertex page also says ten minutes. */
export const HANDLE_MS = { studio: 2 * HOUR, vertex: 24 * HOUR } as const;

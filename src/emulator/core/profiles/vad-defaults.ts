/** How speech is detected, unless the client says otherwise. */
import type { VadDefaults } from "./profile.ts";

/** Measured on gemini-3.8-live; taken for the others, too. */
export const highSensitivityVad: VadDefaults = {
  startSensitivity: "HIGH",
  endSensitivity: "HIGH",
  // The start is seen about 200 ms after the voice, of which speech detection itself takes some 50 ms.
  prefixPaddingMs: 160,
  silenceDurationMs: { HIGH: 1120, LOW: 1800 },
  startThreshold: { HIGH: 0.5, LOW: 0.7 },
  keepThreshold: 0.35,
};

/** Documented for Vertex: the start is LOW. */
export const lowSensitivityVad: VadDefaults = { ...highSensitivityVad, startSensitivity: "LOW" };

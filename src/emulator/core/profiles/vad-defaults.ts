/** Default settings of voice activity detection. */
import type { VadDefaults } from "./profile.ts";

/** Measured on gemini-3.8-live; assumed for the other models. */
export const highSensitivityVad: VadDefaults = {
  startSensitivity: "HIGH",
  endSensitivity: "HIGH",
  // The start is detected about 200 ms after the voice; the detector itself takes about 50 ms of them.
  prefixPaddingMs: 160,
  silenceDurationMs: { HIGH: 1120, LOW: 1800 },
  startThreshold: { HIGH: 0.5, LOW: 0.7 },
  keepThreshold: 0.35,
};

/** Documented for Vertex: start sensitivity is LOW. */
export const lowSensitivityVad: VadDefaults = { ...highSensitivityVad, startSensitivity: "LOW" };

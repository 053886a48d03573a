/**
 * Voice activity detection: a state machine on the audio clock over each window's speech probability.
 *
 *          enough speech, less pauses            enough silence
 *   quiet ─────────────────────────────▶ active ────────────────▶ quiet
 *               "start"                              "end"
 */

/** 512 samples at 16 kHz. */
export const WINDOW_MS = 32;

export interface VadSettings {
  /** Probability from which a window counts as speech, and from which it continues speech. */
  readonly startThreshold: number;
  readonly keepThreshold: number;
  /** Speech required before an activity starts, and silence before it ends, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

export type VadState =
  | { readonly kind: "quiet"; readonly speechMs: number }
  | { readonly kind: "active"; readonly silentMs: number };

interface VadResult {
  readonly state: VadState;
  readonly speech: boolean;
  readonly edge: "start" | "end" | undefined;
}

export const quietState: VadState = { kind: "quiet", speechMs: 0 };

export function stepVad(state: VadState, probability: number, settings: VadSettings): VadResult {
  return state.kind === "quiet"
    ? stepQuiet(state.speechMs, probability, settings)
    : stepActive(state.silentMs, probability, settings);
}

/** A pause subtracts as much as speech adds, so that single clicks never add up to a start. */
function stepQuiet(gatheredMs: number, probability: number, settings: VadSettings): VadResult {
  const speech = probability >= (gatheredMs > 0 ? settings.keepThreshold : settings.startThreshold);
  const speechMs = Math.max(0, gatheredMs + (speech ? WINDOW_MS : -WINDOW_MS));
  if (speechMs > 0 && speechMs >= settings.startMs) {
    return { state: { kind: "active", silentMs: 0 }, speech, edge: "start" };
  }
  return { state: { kind: "quiet", speechMs }, speech, edge: undefined };
}

function stepActive(
  previousSilentMs: number,
  probability: number,
  settings: VadSettings,
): VadResult {
  const speech =
    probability >= (previousSilentMs > 0 ? settings.startThreshold : settings.keepThreshold);
  const silentMs = speech ? 0 : previousSilentMs + WINDOW_MS;
  if (silentMs >= settings.endMs && silentMs > 0) return { state: quietState, speech, edge: "end" };
  return { state: { kind: "active", silentMs }, speech, edge: undefined };
}

/**
 * When somebody speaks: decided on the audio clock, window by window, from the probability that each holds speech.
 *
 *          enough speech, less pauses            enough silence
 *   quiet ─────────────────────────────▶ active ────────────────▶ quiet
 *               "start"                              "end"
 */

/** One window: 512 samples at 16 kHz. */
export const WINDOW_MS = 32;

export interface VadSettings {
  /** From this probability a window is speech, and one that follows speech from `keepThreshold`. */
  readonly startThreshold: number;
  readonly keepThreshold: number;
  /** Speech that must last before an activity starts, and silence before it ends, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

export type VadState =
  | { readonly kind: "quiet"; readonly speechMs: number }
  | { readonly kind: "active"; readonly silentMs: number };

export interface VadResult {
  readonly activity: VadState;
  readonly speech: boolean;
  readonly edge: "start" | "end" | undefined;
}

export const quietState: VadState = { kind: "quiet", speechMs: 0 };

export function stepVad(activity: VadState, probability: number, rules: VadSettings): VadResult {
  return activity.kind === "quiet"
    ? stepQuiet(activity.speechMs, probability, rules)
    : stepActive(activity.silentMs, probability, rules);
}

/** A pause takes away as much as speech has gathered, so that single clicks never add up to a start. */
function stepQuiet(gathered: number, probability: number, rules: VadSettings): VadResult {
  const speech = probability >= (gathered > 0 ? rules.keepThreshold : rules.startThreshold);
  const speechMs = Math.max(0, gathered + (speech ? WINDOW_MS : -WINDOW_MS));
  if (speechMs > 0 && speechMs >= rules.startMs) {
    return { activity: { kind: "active", silentMs: 0 }, speech, edge: "start" };
  }
  return { activity: { kind: "quiet", speechMs }, speech, edge: undefined };
}

function stepActive(silent: number, probability: number, rules: VadSettings): VadResult {
  const speech = probability >= (silent > 0 ? rules.startThreshold : rules.keepThreshold);
  const silentMs = speech ? 0 : silent + WINDOW_MS;
  if (silentMs >= rules.endMs && silentMs > 0) return { activity: quietState, speech, edge: "end" };
  return { activity: { kind: "active", silentMs }, speech, edge: undefined };
}

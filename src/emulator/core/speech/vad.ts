/**
 * When somebody speaks: decided on the audio clock, window by window, from the probability that each holds speech.
 *
 *          enough speech, less pauses            enough silence
 *   quiet ─────────────────────────────▶ active ────────────────▶ quiet
 *               "start"                              "end"
 */

/** One window: 512 samples at 16 kHz. */
export const WINDOW_MS = 32;

export interface ActivityRules {
  /** From this probability a window is speech, and one that follows speech from `keepThreshold`. */
  readonly startThreshold: number;
  readonly keepThreshold: number;
  /** Speech that must last before an activity starts, and silence before it ends, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

export type Activity =
  | { readonly kind: "quiet"; readonly speechMs: number }
  | { readonly kind: "active"; readonly silentMs: number };

export interface Heard {
  readonly activity: Activity;
  readonly speech: boolean;
  readonly edge: "start" | "end" | undefined;
}

export const quiet: Activity = { kind: "quiet", speechMs: 0 };

export function hear(activity: Activity, probability: number, rules: ActivityRules): Heard {
  return activity.kind === "quiet"
    ? hearQuiet(activity.speechMs, probability, rules)
    : hearActive(activity.silentMs, probability, rules);
}

/** A pause takes away as much as speech has gathered, so that single clicks never add up to a start. */
function hearQuiet(gathered: number, probability: number, rules: ActivityRules): Heard {
  const speech = probability >= (gathered > 0 ? rules.keepThreshold : rules.startThreshold);
  const speechMs = Math.max(0, gathered + (speech ? WINDOW_MS : -WINDOW_MS));
  if (speechMs > 0 && speechMs >= rules.startMs) {
    return { activity: { kind: "active", silentMs: 0 }, speech, edge: "start" };
  }
  return { activity: { kind: "quiet", speechMs }, speech, edge: undefined };
}

function hearActive(silent: number, probability: number, rules: ActivityRules): Heard {
  const speech = probability >= (silent > 0 ? rules.startThreshold : rules.keepThreshold);
  const silentMs = speech ? 0 : silent + WINDOW_MS;
  if (silentMs >= rules.endMs && silentMs > 0) return { activity: quiet, speech, edge: "end" };
  return { activity: { kind: "active", silentMs }, speech, edge: undefined };
}

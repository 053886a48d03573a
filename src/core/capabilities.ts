/**
 * What each Live model takes and refuses, as data: the relay asks here instead of asking a name.
 *
 * Sending what a model forbids closes the session (1007), so what a row does not allow is never sent.
 */

export interface Capabilities {
  /** The channel on which typed text reaches the model in the middle of a session. */
  readonly text: "clientContent" | "realtimeInput";
  /** Whether the user's words come as one final transcript or in pieces. */
  readonly inputTranscript: "final" | "deltas";
  /** `proactivity.proactiveAudio`: may be asked for, or is always on and may not be set. */
  readonly proactiveAudio: "optional" | "always";
  /** `generationConfig.enableAffectiveDialog`. */
  readonly affectiveDialog: "optional" | "refused";
  /** Whether activityStart and activityEnd are taken (only with automatic detection off). */
  readonly manualActivity: "when detection is off";
}

const live38: Capabilities = {
  text: "clientContent",
  inputTranscript: "final",
  proactiveAudio: "always",
  affectiveDialog: "refused",
  manualActivity: "when detection is off",
};

const rows: Readonly<Record<string, Capabilities>> = { "gemini-3.8-live": live38 };

/** The row of a model; a model without one is treated like the newest, as its successors will be. */
export const capabilitiesOf = (model: string): Capabilities =>
  rows[model.replace(/^models\//, "")] ?? live38;
